import { useEffect, useState } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { forgetAnswers, messageOf, useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { may, useSession } from '../session/session.tsx';

interface Props {
  removed: () => void;
  /** How many are on the page now: with each more, it is asked again how many there are. */
  shown?: number;
}

/** Says that some tickets are samples, and lets administrators remove them; nothing where there are none. */
export function SamplesNotice({ removed, shown = 0 }: Props) {
  const { person } = useSession();
  const { data, again } = useAnswer('samples', () => ask(v1.samples.$get()));
  useEffect(() => {
    if (shown > 0) again();
  }, [shown, again]);
  const tickets = data?.tickets ?? 0;
  if (tickets === 0) return null;
  const done = () => {
    forgetAnswers();
    again();
    removed();
  };
  return (
    <section class="samples-notice card" aria-label="Samples">
      <p>
        <strong>{tickets === 1 ? 'One ticket here is a sample.' : `${tickets} tickets here are samples.`}</strong> They
        show how tickets are decided, cost nothing, and are never learnt from or counted.
      </p>
      {may(person, 'admin') && <Remove done={done} />}
    </section>
  );
}

function Remove({ done }: { done: () => void }) {
  const [step, setStep] = useState<'none' | 'sure' | 'busy'>('none');
  const [error, setError] = useState('');
  const remove = async () => {
    setStep('busy');
    setError('');
    try {
      await ask(v1.samples.$delete());
      done();
    } catch (thrown) {
      setError(messageOf(thrown));
      setStep('none');
    }
  };
  if (step === 'none')
    return (
      <>
        {error !== '' && <Failure>{error}</Failure>}
        <button onClick={() => setStep('sure')}>Remove samples</button>
      </>
    );
  return (
    <span class="confirm" role="group" aria-label="Remove samples">
      They do not come back.
      <button class="primary" disabled={step === 'busy'} onClick={() => void remove()}>
        Remove them
      </button>
      <button disabled={step === 'busy'} onClick={() => setStep('none')}>
        Keep them
      </button>
    </span>
  );
}

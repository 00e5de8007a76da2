import type { InferResponseType } from 'hono/client';
import { useState } from 'preact/hooks';
import { ask, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { Confidence } from '../parts/confidence.tsx';
import { Failure } from '../parts/failure.tsx';

type Replayed = InferResponseType<(typeof v1.tickets)[':id']['replay']['$get'], 200>;
type Again = Replayed['today'];

/** Asks what would be decided about a ticket today; changes nothing. */
export function Replay({ id }: { id: number }) {
  const [replayed, setReplayed] = useState<Replayed>();
  const [error, setError] = useState('');
  const replay = async () => {
    setError('');
    try {
      setReplayed(await ask(v1.tickets[':id'].replay.$get({ param: { id: String(id) } })));
    } catch (thrown) {
      setError(messageOf(thrown));
    }
  };
  return (
    <section class="card replay">
      <h2>And today?</h2>
      {error !== '' && <Failure>{error}</Failure>}
      {replayed === undefined ? (
        <button onClick={() => void replay()}>Decide again</button>
      ) : (
        <div role="status">
          <dl>
            <Side title={`Then, by release ${replayed.release}`} decision={replayed.decided} />
            <Side title="The same answer, by today’s rules" decision={replayed.today} />
            {replayed.local !== null && <Side title="The local model of today" decision={replayed.local} />}
          </dl>
        </div>
      )}
    </section>
  );
}

function Side({ title, decision }: { title: string; decision: Replayed['decided'] | Again }) {
  const { action, category, routed_to: team, confidence, calibrated } = decision;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {category ?? 'nothing'} · {action} to {team}
        <br />
        <Confidence value={confidence} isCalibrated={calibrated} />
        {'different' in decision && (
          <small>{decision.different.length === 0 ? 'As it was.' : `Other: ${decision.different.join(', ')}.`}</small>
        )}
      </dd>
    </>
  );
}

import { useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { Moment } from '../parts/moment.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { may, useSession } from '../session/session.tsx';
import { Figure, TooLittle } from './figure.tsx';
import { useFresh } from './use-fresh.ts';

/** Who contradicts everybody else and is not followed; an administrator may say that they are right. */
export function Labellers() {
  const { person } = useSession();
  const { data, error } = useFresh('labellers', () => ask(v1.labellers.$get()));
  const [refused, setRefused] = useState('');
  const clear = async (name: string) => {
    setRefused('');
    try {
      await ask(v1.labellers.$post({}, sending({ name })));
    } catch (thrown) {
      setRefused(messageOf(thrown));
    }
  };
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <Figure
      title="Labellers who contradict everybody else"
      hint="Their labels are not learnt from until an administrator says that they are right."
    >
      {refused !== '' && <Failure>{refused}</Failure>}
      {data.labellers.length === 0 ? (
        <TooLittle>Nobody was ever flagged.</TooLittle>
      ) : (
        <Table
          caption="Flagged labellers, newest first"
          columns={['Name', 'Contradicted', 'Everybody else', 'Flagged', 'Stands']}
          rows={data.labellers.map(({ name, labels, contradicted, others, flagged_at, cleared_at }) => [
            name,
            labels === null ? 'not known' : shareOf(contradicted ?? 0, labels),
            others === null ? 'not known' : shareOf(others.contradicted, others.labels),
            <Moment at={flagged_at} />,
            <Standing clearedAt={cleared_at} clear={may(person) ? () => void clear(name) : undefined} />,
          ])}
        />
      )}
    </Figure>
  );
}

function Standing({ clearedAt, clear }: { clearedAt: string | null; clear: (() => void) | undefined }) {
  if (clearedAt !== null)
    return (
      <>
        right, said <Moment at={clearedAt} />
      </>
    );
  return <>not followed {clear !== undefined && <button onClick={clear}>They are right</button>}</>;
}

function shareOf(contradicted: number, labels: number): string {
  return `${count(contradicted)} of ${count(labels)} labels`;
}

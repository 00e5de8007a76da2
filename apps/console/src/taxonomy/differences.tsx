import { ask, v1 } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Failure } from '../parts/failure.tsx';
import { ChangeList } from './change-list.tsx';

/** What differs between two versions. */
export function Differences({ from, to }: { from: number; to: number }) {
  const question = () =>
    ask(
      v1.taxonomy.versions[':version'].changes.$get({ param: { version: String(to) }, query: { since: String(from) } }),
    );
  const { data, error } = useAnswer(`taxonomy/changes/${from}/${to}`, question);
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return <ChangeList changes={data.changes} label={`What differs from version ${from} to version ${to}`} />;
}

import { ask, v1 } from '../api/client.ts';
import { Whisker } from '../charts/whisker.tsx';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { percent } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { may, useSession } from '../session/session.tsx';
import { csvAddress } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import { Labellers } from './labellers.tsx';
import { useFresh } from './use-fresh.ts';

/** What may be wrong with the labels that it learns from. */
export function LabelsView() {
  const { person } = useSession();
  return (
    <>
      <Suspicious />
      <Overlap />
      {may(person, 'ops') && <Labellers />}
    </>
  );
}

function Suspicious() {
  const { person } = useSession();
  const { data, error } = useFresh('suspicious', () => ask(v1.reports.suspicious.$get({ query: {} })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  const { labels, contradicted, note } = data;
  const named = (ticket: string | null, subject: string) =>
    ticket === null || !may(person, 'agent') ? (
      subject
    ) : (
      <a href={`/tickets/${encodeURIComponent(ticket)}`}>{subject}</a>
    );
  return (
    <Figure title="Labels that may be wrong" hint={note} csv={csvAddress('suspicious', 'labels', {})}>
      <p>
        Contradicted by the local model: <EstimateText estimate={contradicted} />
      </p>
      {labels.length === 0 ? (
        <TooLittle>No label is contradicted.</TooLittle>
      ) : (
        <Table
          caption="Contradicted labels, the surest contradiction first"
          columns={['Text', 'Label', 'Labelled by', 'The model says', 'Its confidence']}
          rows={labels.map((line) => [
            named(line.ticket, line.subject || '(no subject)'),
            line.label,
            <>
              {line.labelled_by} <small>{line.provenance}</small>
            </>,
            line.suggested,
            percent(line.confidence),
          ])}
        />
      )}
    </Figure>
  );
}

function Overlap() {
  const { data, error } = useFresh('overlap', () => ask(v1.reports.overlap.$get({ query: {} })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <Figure title="Categories that are taken for each other" hint={data.note} csv={csvAddress('overlap', 'pairs', {})}>
      {data.pairs.length === 0 ? (
        <TooLittle>No two categories were taken for each other on the labelled texts that were compared.</TooLittle>
      ) : (
        <Table
          caption="Pairs of categories, the most confused first"
          columns={['Pair', 'Taken for each other', '', 'First as second', 'Second as first']}
          rows={data.pairs.map((pair) => [
            pair.categories.join(' and '),
            <Whisker estimate={pair.confused} />,
            <EstimateText estimate={pair.confused} />,
            pair.first_as_second,
            pair.second_as_first,
          ])}
        />
      )}
    </Figure>
  );
}

import { ask, v1 } from '../api/client.ts';
import { Whisker } from '../charts/whisker.tsx';
import { type Estimate, EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { type Asked, csvAddress } from './asked.ts';
import { Confusion } from './confusion.tsx';
import { Figure, TooLittle, Uncounted } from './figure.tsx';
import { Reliability } from './reliability.tsx';
import type { Accuracy } from './types.ts';
import { useFresh } from './use-fresh.ts';

/** How often predictions are right, as far as it is known. */
export function QualityView({ asked }: { asked: Asked }) {
  const key = JSON.stringify(asked);
  const { data, error } = useFresh(`accuracy ${key}`, () => ask(v1.reports.accuracy.$get({ query: { ...asked } })));
  return (
    <>
      {error !== undefined && <Failure>{error}</Failure>}
      {data !== undefined && (
        <>
          <Uncounted facts={data.not_counted} />
          <Headlines accuracy={data} asked={asked} />
          <Categories accuracy={data} asked={asked} />
          <Origins accuracy={data} asked={asked} />
          <Confusion confusion={data.confusion} asked={asked} />
        </>
      )}
      <Reliability asked={asked} />
    </>
  );
}

/** Tells of a share that is not stored as an estimate. */
function simpleEstimate({ accuracy, interval, total }: Accuracy['shadow']): Estimate {
  return { value: accuracy, low: interval?.low ?? null, high: interval?.high ?? null, n: total };
}

function Headlines({ accuracy, asked }: { accuracy: Accuracy; asked: Asked }) {
  const { audited, judged, baselines } = accuracy;
  const simple = simpleEstimate(accuracy);
  const lines: readonly (readonly [string, Estimate, string])[] = [
    ['Blindly audited', audited, 'automated decisions, drawn by chance: the figure to trust'],
    ['Never corrected', simple, 'silence counts as right, so the truth is at most this'],
    ['Judged by somebody', judged, 'people look at what seems wrong, so the truth is rather more'],
    ['Nearest neighbour', baselines.nearest_neighbour, 'the label of the most similar labelled text'],
    ['Always the most frequent', baselines.majority, baselines.majority.category ?? 'no category yet'],
  ];
  return (
    <div class="pair">
      <section class="card headline">
        <h2>Accuracy, blindly audited</h2>
        <p class="big">
          <EstimateText estimate={audited} />
        </p>
        <p class="hint">
          {count(audited.drawn)} decisions were drawn, {count(audited.waiting)} wait for a reviewer in all.
        </p>
        <h2>Accuracy, uncorrected counted as right</h2>
        <p class="big">
          <EstimateText estimate={simple} />
        </p>
        <p class="hint">
          {count(accuracy.correct)} of {count(accuracy.total)} predictions were never corrected.
        </p>
      </section>
      <Figure title="Beside what simpler ways reach" csv={csvAddress('accuracy', 'baselines', { ...asked })}>
        <Table
          caption="Accuracy beside its baselines"
          columns={['What', '0 to 100 %', 'Right']}
          rows={lines.map(([name, estimate, remark]) => [
            <>
              {name} <small>{remark}</small>
            </>,
            <Whisker estimate={estimate} />,
            <EstimateText estimate={estimate} />,
          ])}
        />
      </Figure>
    </div>
  );
}

const ORIGINS = {
  correction: 'Corrected by somebody',
  accepted: 'Accepted by somebody',
  closed: "The helpdesk's value at close",
  audit: 'Blind audits',
};

function Origins({ accuracy: { by_origin: lines, shadow }, asked }: { accuracy: Accuracy; asked: Asked }) {
  const inShadow = simpleEstimate(shadow);
  return (
    <Figure
      title="By who said it"
      hint="Corrections are mostly about wrong predictions, by their nature; compare each with itself over time."
      csv={csvAddress('accuracy', 'origins', { ...asked })}
    >
      <Table
        caption="Share right by who said what it really is"
        columns={['Who said it', '0 to 100 %', 'Right']}
        rows={[
          ...lines.map(({ origin, ...estimate }) => [ORIGINS[origin], estimate] as const),
          ...(shadow.total > 0 ? [['In shadow mode, never corrected', inShadow] as const] : []),
        ].map(([name, estimate]) => [name, <Whisker estimate={estimate} />, <EstimateText estimate={estimate} />])}
      />
    </Figure>
  );
}

function Categories({ accuracy: { by_category: lines, note }, asked }: { accuracy: Accuracy; asked: Asked }) {
  return (
    <Figure title="By category" hint={note} csv={csvAddress('accuracy', 'categories', { ...asked })}>
      {lines.length === 0 ? (
        <TooLittle>Nothing was predicted in this period yet.</TooLittle>
      ) : (
        <Table
          caption="Precision, recall and F1 by category"
          columns={['Category', 'n', 'Precision', 'Recall', 'F1']}
          rows={lines.map(({ category, total, precision, recall, f1 }) => [
            category,
            count(total),
            ...[precision, recall, f1].map((estimate) => (
              <>
                <Whisker estimate={estimate} />
                <EstimateText estimate={estimate} />
              </>
            )),
          ])}
        />
      )}
    </Figure>
  );
}

import { ask, v1 } from '../api/client.ts';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count, percent } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { Figure } from './figure.tsx';
import { useFresh } from './use-fresh.ts';

const STATES = {
  offered: 'kept by this threshold',
  not_offered: 'too little data: the default threshold holds',
  withdrawn: 'withdrawn: nothing is automated',
};

/** What was promised of the automated decisions, and whether outcomes support it. */
export function Promises() {
  const { data, error } = useFresh('promises', () => ask(v1.promises.$get()));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <Figure
      title="Promises"
      hint="Wrong: among the known outcomes that reach the threshold. Overruled: among the automated that reach it; at least so many are wrong."
    >
      <Table
        caption="Promises and how they stand"
        columns={['Category', 'At most wrong', 'Stands', 'Threshold', 'Known', 'Wrong', 'Overruled']}
        rows={data.promises.map(({ category, risk, state, threshold, known, wrong, overruled }) => [
          category ?? 'all without one of their own',
          percent(risk),
          STATES[state],
          threshold === null ? 'none' : percent(threshold),
          known === null ? 'not looked yet' : count(known),
          <Counted of={wrong} />,
          <Counted of={overruled} />,
        ])}
      />
    </Figure>
  );
}

function Counted({ of }: { of: { share: number; low: number; high: number; n: number } | null }) {
  const { share = null, low = null, high = null, n = 0 } = of ?? {};
  return <EstimateText estimate={{ value: share, low, high, n }} />;
}

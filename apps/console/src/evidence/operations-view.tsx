import { ask, v1 } from '../api/client.ts';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { may, useSession } from '../session/session.tsx';
import { type Asked, csvAddress, filterOf } from './asked.ts';
import { CostFigures } from './cost-figures.tsx';
import { Figure, Uncounted } from './figure.tsx';
import { LatencyDays, LatencyTable } from './latency-figures.tsx';
import { useFresh } from './use-fresh.ts';
import { VolumeDays } from './volume-days.tsx';

/** How long it takes, whether in time, how much comes, and what it costs. */
export function OperationsView({ asked }: { asked: Asked }) {
  const { person } = useSession();
  const query = filterOf(asked);
  const key = JSON.stringify(query);
  const { data, error } = useFresh(`latency ${key}`, () => ask(v1.reports.latency.$get({ query })));
  return (
    <>
      {error !== undefined && <Failure>{error}</Failure>}
      {data !== undefined && (
        <>
          <Uncounted facts={data.not_counted} />
          <Figure title="Handed over within the SLA" hint={data.note} csv={csvAddress('latency', 'sla', { ...query })}>
            <p class="big">
              <EstimateText estimate={data.sla} />
            </p>
          </Figure>
          <LatencyDays days={data.days} csv={csvAddress('latency', 'days', { ...query })} />
          <LatencyTable lines={data.overall} csv={csvAddress('latency', 'overall', { ...query })} />
        </>
      )}
      <VolumeDays query={query} />
      {may(person, 'ops') && <CostFigures query={query} />}
    </>
  );
}

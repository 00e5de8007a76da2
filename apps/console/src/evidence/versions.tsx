import { amountAxis, shareAxis } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Curve, type Mark } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { type Estimate, EstimateText, tellEstimate } from '../parts/estimate.tsx';
import { Moment } from '../parts/moment.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { Figure, TooLittle } from './figure.tsx';
import type { Learning } from './types.ts';

type Version = Learning['versions'][number];

const STATES = { accepted: 'accepted', refused: 'refused', rolled_back: 'taken back' };

/** What corrections are worth: versions of the local model beside one that was learnt without any label. Oldest first. */
export function Versions({ versions, csv }: { versions: readonly Version[]; csv: string }) {
  const compared = byLabels(versions.filter(({ with_labels: { n } }) => n > 0));
  return (
    <Figure
      title="The local model with and without corrections"
      hint="Both on the same labelled texts, which neither had seen. The difference is what corrections are worth."
      csv={csv}
      table={<VersionTable versions={versions} />}
    >
      {compared.length === 0 ? (
        <TooLittle>
          {versions.length === 0
            ? 'No local model was learnt yet.'
            : 'Too little data: no version was compared on labelled texts yet.'}
        </TooLittle>
      ) : (
        <>
          <Plot
            title={`Accuracy of ${compared.length} versions of the local model by how many labels they learnt from: with labels, without, and nearest neighbour.`}
            x={amountAxis('Labels learnt from', Math.max(...compared.map(({ labels }) => labels)), count)}
            y={shareAxis('Share right on held-out texts')}
            draw={(place) => (
              <>
                <Curve place={place} marks={marksOf(compared, (one) => one.nearest_neighbour)} colour={3} />
                <Curve place={place} marks={marksOf(compared, (one) => one.without_labels)} colour={2} />
                <Curve place={place} marks={marksOf(compared, (one) => one.with_labels)} colour={1} />
              </>
            )}
          />
          <Legend names={['with corrections', 'without', 'nearest neighbour']} />
        </>
      )}
    </Figure>
  );
}

/** Of versions that learnt from as many labels, the newest. */
function byLabels(versions: readonly Version[]): Version[] {
  const newest = new Map(versions.map((version) => [version.labels, version]));
  return [...newest.values()].sort((one, other) => one.labels - other.labels);
}

function marksOf(versions: readonly Version[], of: (version: Version) => Estimate): Mark[] {
  return versions.map((version) => ({
    ...of(version),
    x: version.labels,
    told: `version ${version.id}, ${count(version.labels)} labels: ${tellEstimate(of(version))}`,
  }));
}

function VersionTable({ versions }: { versions: readonly Version[] }) {
  return (
    <Table
      caption="Versions of the local model, newest first"
      columns={['Version', 'Learnt', 'State', 'Labels', 'Held out', 'With corrections', 'Without', 'Nearest neighbour']}
      rows={versions
        .toReversed()
        .map((version) => [
          version.id,
          <Moment at={version.learnt_at} />,
          version.in_force ? 'in force' : STATES[version.state],
          count(version.labels),
          ...[version.accuracy, version.with_labels, version.without_labels, version.nearest_neighbour].map(
            (estimate) => <EstimateText estimate={estimate} />,
          ),
        ])}
    />
  );
}

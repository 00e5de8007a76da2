import { count, percent } from '../parts/numbers.ts';
import { may, useSession } from '../session/session.tsx';
import { listAddress } from '../tickets/addresses.ts';
import { type Asked, csvAddress } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import type { Accuracy } from './types.ts';

/** Shades of a cell, beside none. */
const SHADES = 6;

/** What was predicted beside what it really was; a cell leads to its tickets. */
export function Confusion({ confusion, asked }: { confusion: Accuracy['confusion']; asked: Asked }) {
  const csv = csvAddress('accuracy', 'confusion', { ...asked });
  const hint =
    'Shaded by the share of the row, mistakes more strongly. A cell leads to its tickets by the day of their arrival, whichever engine it was; ' +
    'the list knows the newest text of a ticket, the matrix counts every text by the day of its decision.';
  const categories = [...new Set(confusion.flatMap(({ predicted, truth }) => [predicted, truth]))].sort();
  const n = (truth: string, predicted: string) =>
    confusion.find((cell) => cell.truth === truth && cell.predicted === predicted)?.n ?? 0;
  return (
    <Figure title="What was taken for what" hint={hint} csv={csv}>
      {categories.length === 0 ? (
        <TooLittle>Of no prediction it is known yet what it really was.</TooLittle>
      ) : (
        <div class="scroll" role="region" aria-label="Confusion matrix" tabIndex={0}>
          <table class="figures heat">
            <caption class="unseen">Predictions by what was predicted and what it really was</caption>
            <thead>
              <tr>
                <th scope="col">really ↓ predicted →</th>
                {categories.map((category) => (
                  <th key={category} scope="col">
                    <span>{category}</span>
                  </th>
                ))}
                <th scope="col">n</th>
              </tr>
            </thead>
            <tbody>
              {categories.map((truth) => {
                const total = categories.reduce((sum, predicted) => sum + n(truth, predicted), 0);
                return (
                  <tr key={truth}>
                    <th scope="row">{truth}</th>
                    {categories.map((predicted) => (
                      <Cell
                        key={predicted}
                        n={n(truth, predicted)}
                        of={total}
                        cell={{ truth, predicted }}
                        asked={asked}
                      />
                    ))}
                    <td>{count(total)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Figure>
  );
}

interface CellProps {
  n: number;
  /** All that really are of this category. */
  of: number;
  cell: { truth: string; predicted: string };
  asked: Asked;
}

function Cell({ n, of, cell, asked }: CellProps) {
  const { person } = useSession();
  const { truth, predicted } = cell;
  if (n === 0) return <td class="none">·</td>;
  const share = truth === predicted ? n / of : Math.sqrt(n / of);
  const shade = Math.ceil(share * SHADES);
  const told = `${count(n)} of ${count(of)} ${truth} were predicted as ${predicted} (${percent(n / of)})`;
  return (
    <td class={`${truth === predicted ? 'right' : 'wrong'} shade-${shade}`} title={told}>
      {may(person, 'agent') ? (
        <a href={ticketsOf(cell, asked)} aria-label={told}>
          {count(n)}
        </a>
      ) : (
        count(n)
      )}
    </td>
  );
}

function ticketsOf(cell: CellProps['cell'], { basis, source, from, before }: Asked): string {
  return listAddress({
    ...cell,
    basis,
    source,
    received_from: from && `${from}T00:00:00Z`,
    received_before: before && `${before}T00:00:00Z`,
  });
}

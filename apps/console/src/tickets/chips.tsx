import { listAddress } from './addresses.ts';

/** Filters that other pages lead here with, by what they are called here. */
const NAMES = {
  predicted: 'predicted',
  truth: 'truth',
  basis: 'by',
  source: 'source',
  received_from: 'since',
  received_before: 'before',
} as const;

/** Filters of the address that have no choice of their own; each can be taken away. */
export function Chips({ given }: { given: Record<string, string> }) {
  const shown = Object.entries(NAMES).filter(([name]) => given[name] !== undefined);
  if (shown.length === 0) return null;
  return (
    <ul class="chips">
      {shown.map(([name, called]) => (
        <li key={name}>
          {called}: {given[name]?.replace('T00:00:00Z', '')}{' '}
          <a href={listAddress({ ...given, cursor: undefined, [name]: undefined })} aria-label={`Without ${called}`}>
            ×
          </a>
        </li>
      ))}
    </ul>
  );
}

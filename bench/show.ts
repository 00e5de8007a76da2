import { table } from '@usher/cli/screen';
import { type Finding, isMet } from './benchmark.ts';
import type { Machine } from './machine.ts';

/** Findings as a table for people. */
export function showFindings(findings: readonly Finding[]): string {
  const head = ['figure', 'value', '95 % interval', 'n', 'goal', 'met', 'peers', 'note'];
  return table([head, ...findings.map(rowOf)]);
}

/** A machine in one line. */
export function showMachine({ cores, processor, memoryGb, node, load }: Machine): string {
  return `${cores} cores (${processor}), ${memoryGb} GB, Node ${node}, load ${load}`;
}

function rowOf(finding: Finding): string[] {
  const { figure, value, unit, interval, n, peers, note } = finding;
  const shown = (given: number | null) => (given === null ? 'none' : format(given, unit));
  const met = isMet(finding);
  return [
    figure,
    shown(value),
    interval === null ? '' : `${shown(interval.low)} to ${shown(interval.high)}`,
    String(n),
    goalText(finding, shown),
    met === null ? '' : met ? 'yes' : 'NO',
    peers.map((peer) => `${peer.name} ${shown(peer.value)}`).join(', '),
    note ?? '',
  ];
}

function goalText({ goal, unit }: Finding, shown: (value: number) => string): string {
  if (goal === null) return '';
  if (unit === 'yes') return 'yes';
  return 'atLeast' in goal ? `≥ ${shown(goal.atLeast)}` : `≤ ${shown(goal.atMost)}`;
}

function format(value: number, unit: Finding['unit']): string {
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  if (unit === 'seconds') return `${value.toFixed(1)} s`;
  if (unit === 'milliseconds') return `${value.toFixed(1)} ms`;
  if (unit === 'kilobytes') return `${value.toFixed(1)} KB`;
  if (unit === 'megabytes') return `${value.toFixed(0)} MB`;
  if (unit === 'dollars') return `$${value.toFixed(4)}`;
  if (unit === 'times') return `${value.toFixed(2)} ×`;
  if (unit === 'yes') return value === 1 ? 'yes' : 'no';
  return `${Math.round(value)}/s`;
}

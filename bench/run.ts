import { parseArgs } from 'node:util';
import { table } from '@usher/cli/screen';
import { isFailure } from '@usher/core/failure';
import { type Benchmark, isMet } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';
import { machineFacts } from './machine.ts';
import { showFindings, showMachine } from './show.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [name] = positionals;
const chosen = benchmarks.find((benchmark) => benchmark.name === name);

if (name === undefined) list();
else if (chosen === undefined)
  refuse(`There is no benchmark "${name}". Known are: ${benchmarks.map((one) => one.name).join(', ')}.`);
else await measure(chosen).catch((thrown: unknown) => refuse(isFailure(thrown) ? thrown.message : thrown));

function list(): void {
  console.log(
    `${table(benchmarks.map((benchmark) => [benchmark.name, benchmark.about]))}\n\nRun one:  npm run bench -- NAME [--json] [--quick]`,
  );
}

async function measure({ name, run }: Benchmark): Promise<void> {
  const machine = machineFacts();
  const startedAt = performance.now();
  const findings = await run(
    (text) => console.error(`${seconds(startedAt)}  ${text}`),
    values.quick ? 'quick' : 'whole',
  );
  const tookSeconds = Math.round((performance.now() - startedAt) / 1_000);
  const judged = findings.map((finding) => ({ ...finding, met: isMet(finding) }));
  if (values.json) console.log(JSON.stringify({ benchmark: name, machine, tookSeconds, findings: judged }, null, 2));
  else {
    const missed = judged.filter(({ met }) => met === false).length;
    const goals = judged.filter(({ met }) => met !== null).length;
    console.log(`${showFindings(findings)}\n\n${goals - missed} of ${goals} goals met in ${tookSeconds} s.`);
    console.log(`At the start: ${showMachine(machine)}; at the end load ${machineFacts().load}.`);
  }
}

function refuse(reason: unknown): void {
  console.error(reason);
  process.exitCode = 1;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(0).padStart(4)} s`;
}

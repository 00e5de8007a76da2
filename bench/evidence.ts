import type { Benchmark } from './benchmark.ts';
import { measureBesideLearning } from './evidence/beside-learning.ts';
import { measureColdStart } from './evidence/cold-start.ts';
import { openDataSets } from './evidence/data-sets.ts';
import { measureFull } from './evidence/full.ts';
import { measureLeak } from './evidence/leak.ts';
import { measureOutOfScope } from './evidence/out-of-scope.ts';
import { measurePromise } from './evidence/promise.ts';
import { measureSpeed } from './evidence/speed.ts';
import { measureStream } from './evidence/stream.ts';
import { study } from './evidence/study.ts';

/** What accuracy and recall should be on sets of texts from outside; the goals are what good classical learners reach there. */
const SETS = [
  { name: 'banking77', accuracy: 0.915, recallAt5: 0.98, hasStream: true },
  { name: 'clinc150', accuracy: 0.935, recallAt5: 0.975, hasStream: false },
  { name: 'endava_it', accuracy: 0.865, recallAt5: null, hasStream: true },
] as const;

export const evidence: Benchmark = {
  name: 'evidence',
  about: 'how right, how honest and how fast the local model is on public sets (USHER_BENCH_DATA); five to ten minutes',
  async run(progress) {
    const sets = await openDataSets(process.env['USHER_BENCH_DATA']);
    const findings = [];
    for (const goals of SETS) {
      const data = await sets.read(goals.name);
      progress(`${goals.name}: learning from all ${data.train.length} texts`);
      const studied = study(data);
      findings.push(...measureFull(studied, goals), ...measureSpeed(studied));
      if (goals.name === 'clinc150') findings.push(measureOutOfScope(studied, await sets.read('clinc150_oos')));
      if (goals.name === 'clinc150') findings.push(await measureBesideLearning(studied));
      progress(`${goals.name}: cold start, then twenty random splits`);
      findings.push(measureColdStart(data), measurePromise(data));
      if (!goals.hasStream) continue;
      progress(`${goals.name}: a stream of 10,000 tickets, three times`);
      findings.push(...(await measureStream(data)));
    }
    progress('insurance_cookbook: looking for the leak');
    findings.push(measureLeak(study(await sets.read('insurance_cookbook')), { isExpected: true }));
    return findings;
  },
};

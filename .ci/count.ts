import { readFileSync } from 'node:fs';

// Prints what was counted as the last line: a run that broke off, or a failed check, counts as one failure.
const [resultsPath = '', testsCode, checksCode] = process.argv.slice(2);

function readCounts(): { passed: number; failed: number; skipped: number } {
  try {
    const results: unknown = JSON.parse(readFileSync(resultsPath, 'utf8'));
    const count = (name: string): number => {
      const value: unknown = results !== null && typeof results === 'object' ? Reflect.get(results, name) : undefined;
      return typeof value === 'number' ? value : 0;
    };
    return { passed: count('numPassedTests'), failed: count('numFailedTests'), skipped: count('numPendingTests') };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

const { passed, failed: failedTests, skipped } = readCounts();
const brokeOff = testsCode !== '0' && failedTests === 0 ? 1 : 0;
const failedChecks = checksCode === '0' ? 0 : 1;
const failed = failedTests + brokeOff + failedChecks;
if (failedChecks > 0) console.log('pnpm check failed; its output above says where.');
if (brokeOff > 0) console.log('The test run broke off; its output above says where.');
console.log(`${passed + (1 - failedChecks)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;

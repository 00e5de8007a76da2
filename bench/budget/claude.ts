import { startClaudeServer } from '@usher/test/support/claude-server';
import { ClaudeSettings, type Totals } from './messages.ts';

/**
 * The stand-in for Claude as a process of its own: shallow buckets, and an answer after 0.3 to 0.9 s, one in fifty after
 * up to 4 s. It tells its address, and its totals whenever it is asked.
 */
const { limits, bucketSeconds } = ClaudeSettings.parse(JSON.parse(process.argv[2] ?? ''));
const totals: Totals = { atMs: 0, taken: 0, refused: 0, inputTokens: 0, outputTokens: 0 };
const server = await startClaudeServer({
  limits,
  bucketSeconds,
  keepsRequests: false,
  latencyMs: () => (Math.random() < 0.02 ? 900 + Math.random() * 3_100 : 300 + Math.random() * 600),
  onAdmission({ isTaken, inputTokens, outputTokens }) {
    if (!isTaken) {
      totals.refused += 1;
      return;
    }
    totals.taken += 1;
    totals.inputTokens += inputTokens;
    totals.outputTokens += outputTokens;
  },
});
process.on('message', () => process.send?.({ ...totals, atMs: performance.now() }));
process.once('disconnect', () => process.exit(0));
process.send?.({ url: server.url });

import { parseArgs } from 'node:util';
import { startTier } from './claude-server-limits.ts';
import { startClaudeServer } from './claude-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    latency: { type: 'string', default: '0' },
    overloaded: { type: 'string', default: '0' },
    rpm: { type: 'string', default: String(startTier.requests) },
    bucket: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`A stand-in for the Claude API on this machine. It answers from the words of the ticket, without any model.

  --port <n>          port on 127.0.0.1, 4010 by default, 0 for any free one
  --latency <ms>      milliseconds before each answer
  --overloaded <n>    share of requests answered with 529, such as 0.1
  --rpm <n>           requests a minute that are let through, 1000 by default, as in Anthropic's first tier
  --bucket <s>        how many seconds of that may be used at once, 2 by default`);
} else {
  await using server = await startClaudeServer({
    port: Number(values.port),
    latencyMs: Number(values.latency),
    limits: { ...startTier, requests: Number(values.rpm) },
    bucketSeconds: Number(values.bucket),
    keepsRequests: false,
    rates: [{ share: Number(values.overloaded), behaviour: { error: 'overloaded' } }],
  });
  console.log(`The stand-in for Claude listens on ${server.url}. Point Usher at it:

  ANTHROPIC_BASE_URL=${server.url} ANTHROPIC_API_KEY=any-key npm start
`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}

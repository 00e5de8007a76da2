import { parseArgs } from 'node:util';
import { startClaudeServer } from './claude-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    latency: { type: 'string', default: '0' },
    overloaded: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`A stand-in for the Claude API on this machine. It answers from the words of the ticket, without any model.

  --port <n>          port on 127.0.0.1, 4010 by default, 0 for any free one
  --latency <ms>      milliseconds before each answer
  --overloaded <n>    share of requests answered with 529, such as 0.1`);
} else {
  await using server = await startClaudeServer({
    port: Number(values.port),
    latencyMs: Number(values.latency),
    rates: [{ share: Number(values.overloaded), behaviour: { error: 'overloaded' } }],
  });
  console.log(`The stand-in for Claude listens on ${server.url}. Point Usher at it:

  ANTHROPIC_BASE_URL=${server.url} ANTHROPIC_API_KEY=any-key npm start
`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}

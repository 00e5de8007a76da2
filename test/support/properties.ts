import { configureGlobal } from 'fast-check';

// The same cases in every run, so that a change is judged by what it changed; USHER_TEST_SEED=2 looks at others.
configureGlobal({ seed: Number(process.env['USHER_TEST_SEED'] ?? 1) });

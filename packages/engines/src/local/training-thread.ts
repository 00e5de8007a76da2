import { parentPort, workerData } from 'node:worker_threads';
import { measureBaselines } from './baselines.ts';
import { measureAgainst } from './rival.ts';
import { serialise } from './serialise.ts';
import { trainAndJudge } from './train.ts';
import type { Trained, TrainingTask } from './train-in-thread.ts';

const { examples, taxonomy, seed, rival }: TrainingTask = workerData;
const { model, heldOut } = trainAndJudge(examples, taxonomy, { seed });
const verdict = measureAgainst(rival, { examples, heldOut, seed });
const content = serialise(model);
const baselines = measureBaselines({ examples, heldOut }, taxonomy, { seed });
const trained: Trained = { content, heldOut, verdict, baselines };
parentPort?.postMessage(trained, [content.buffer]);

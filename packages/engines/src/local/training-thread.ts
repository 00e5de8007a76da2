import { parentPort, workerData } from 'node:worker_threads';
import { measureAgainst } from './rival.ts';
import { serialise } from './serialise.ts';
import { trainAndJudge } from './train.ts';
import type { Trained, TrainingTask } from './train-in-thread.ts';

const { examples, taxonomy, seed, rival }: TrainingTask = workerData;
const { model, heldOut } = trainAndJudge(examples, taxonomy, { seed });
const verdict = measureAgainst(rival, { examples, heldOut, seed });
const content = serialise(model);
const trained: Trained = { content, heldOut, verdict };
parentPort?.postMessage(trained, [content.buffer]);

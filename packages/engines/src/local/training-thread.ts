import { parentPort, workerData } from 'node:worker_threads';
import { serialise } from './serialise.ts';
import { trainLocalModel } from './train.ts';
import type { TrainingTask } from './train-in-thread.ts';

const { examples, taxonomy, seed }: TrainingTask = workerData;
const bytes = serialise(trainLocalModel(examples, taxonomy, { seed }));
parentPort?.postMessage(bytes, [bytes.buffer]);

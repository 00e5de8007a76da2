import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api/client.ts';

type Reports = typeof v1.reports;

export type Accuracy = InferResponseType<Reports['accuracy']['$get'], 200>;
export type Calibration = InferResponseType<Reports['calibration']['$get'], 200>;
export type Learning = InferResponseType<Reports['learning']['$get'], 200>;
export type Latency = InferResponseType<Reports['latency']['$get'], 200>;
export type Funnel = InferResponseType<Reports['funnel']['$get'], 200>;
export type Risk = InferResponseType<Reports['risk']['$get'], 200>;
export type Cost = InferResponseType<Reports['cost']['$get'], 200>;

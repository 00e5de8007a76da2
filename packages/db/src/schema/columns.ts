import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** A row's own number, given by Postgres. */
export const ownId = () => bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

/** The number of a row elsewhere. */
export const idOf = (name: string) => bigint(name, { mode: 'number' });

/** A moment, kept with its time zone and read as a Date. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

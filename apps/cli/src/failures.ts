import type { Failure } from '@usher/core/failure';

/** The command was asked for something that cannot be; the message says what can. Exit code 1. */
export class CannotDo extends Error implements Failure {
  readonly code: string;
  readonly retry = 'never';

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CannotDo';
    this.code = code;
  }
}

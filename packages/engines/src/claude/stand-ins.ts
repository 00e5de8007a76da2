import type { Engine, EngineCall } from '@usher/core/engine';
import type { Failure } from '@usher/core/failure';
import { remembered, takeOver } from './memory.ts';

/** Claude would have to be asked for an answer. */
export class ClaudeWanted extends Error implements Failure {
  override readonly name = 'ClaudeWanted';
  readonly code = 'claude_wanted';
  readonly retry = 'backoff';
}

/** Claude as far as nobody asks it: an earlier answer to the same text is taken over, and for any other it is wanted. */
export const unaskedClaude: Engine = {
  name: 'claude',
  async suggest({ memory }) {
    const earlier = await memory?.recall();
    if (memory === undefined || earlier === undefined) throw new ClaudeWanted();
    return takeOver(earlier, memory);
  },
};

/** Claude that has answered already, elsewhere. It is wanted again where the answer is none, or is doubtful. */
export function answeredClaude(record: EngineCall): Engine {
  return {
    name: 'claude',
    async suggest({ memory, isDoubtful }) {
      const { suggestion } = record;
      if (suggestion === null || isDoubtful?.(suggestion) === true) throw new ClaudeWanted();
      return { kind: 'suggested', suggestion, standIn: null, calls: [remembered(record, memory)] };
    },
  };
}

import type { Gate } from '@usher/core/gate';

/** A gate that is always open and remembers nothing, for a single caller such as a command. */
export function openGate(): Gate {
  return {
    async enter() {
      return { async end() {} };
    },
  };
}

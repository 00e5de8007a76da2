const QUIET_MS = 10_000;

/** Passes errors on, but the same one only every 10 s: in an outage each attempt to reconnect brings it again. */
export function quieten(report: (error: Error) => void): (error: Error) => void {
  let last = { message: '', until: 0 };
  return (error) => {
    if (error.message === last.message && Date.now() < last.until) return;
    last = { message: error.message, until: Date.now() + QUIET_MS };
    report(error);
  };
}

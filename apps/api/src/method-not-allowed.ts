import type { Api } from './routes/api.ts';
import { Problem } from './problem.ts';

/** Answers 405, with the methods that are there, on every path that has routes but none for the method. To be called last. */
export function refuseOtherMethods(api: Api): void {
  const routes = api.routes.filter(({ method }) => method !== 'ALL');
  const byPath = Map.groupBy(routes, ({ path }) => path);
  for (const [path, own] of byPath) {
    const methods = new Set(own.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
    const allow = [...methods].join(', ');
    api.all(path, (c) => {
      const detail = `${c.req.method} is not possible here; ${allow} is.`;
      throw new Problem({ status: 405, code: 'method_not_allowed', detail, headers: { Allow: allow } });
    });
  }
}

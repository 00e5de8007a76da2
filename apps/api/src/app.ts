import { randomUUID } from 'node:crypto';
import { DatabaseUnavailable } from '@usher/db/failures';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Deps } from './deps.ts';
import { refuseOtherMethods } from './method-not-allowed.ts';
import { observe } from './observe.ts';
import { answerProblem, Problem, problemOf, unexpected } from './problem.ts';
import { type Api, createApi } from './routes/api.ts';
import { addBreaker } from './routes/breaker.ts';
import { addBoard } from './routes/board.ts';
import { addBoardLock } from './routes/board-lock.ts';
import { addConsole } from './routes/console.ts';
import { addCorrections } from './routes/corrections.ts';
import { addDeliveries } from './routes/deliveries.ts';
import { addDocs } from './routes/docs.ts';
import { addEndpoints } from './routes/endpoints.ts';
import { addHealth } from './routes/health.ts';
import { addHelpdeskWebhook } from './routes/helpdesk-webhook.ts';
import { addMetrics } from './routes/metrics.ts';
import { addCostReport } from './routes/report-cost.ts';
import { addNow } from './routes/now.ts';
import { addPeople } from './routes/people.ts';
import { addReports } from './routes/reports.ts';
import { addSession } from './routes/session.ts';
import { addLabellers } from './routes/labellers.ts';
import { addModels } from './routes/models.ts';
import { addPromises } from './routes/promises.ts';
import { addRetry } from './routes/retry.ts';
import { addReview } from './routes/review.ts';
import { addReviewBulk } from './routes/review-bulk.ts';
import { addReviewVerdict } from './routes/review-verdict.ts';
import { addAudit } from './routes/audit.ts';
import { addReplay } from './routes/replay.ts';
import { addSamples } from './routes/samples.ts';
import { addSimilar } from './routes/similar.ts';
import { addTaxonomyCheck } from './routes/taxonomy-check.ts';
import { addSources } from './routes/sources.ts';
import { addTaxonomyPreview } from './routes/taxonomy-preview.ts';
import { addTaxonomyTry } from './routes/taxonomy-try.ts';
import { addTaxonomyVersions } from './routes/taxonomy-versions.ts';
import { addTaxonomy } from './routes/taxonomy.ts';
import { addTicketsIntake } from './routes/tickets-intake.ts';
import { addTickets } from './routes/tickets.ts';
import { addUndo } from './routes/undo.ts';
import { addTicketWebhook } from './routes/webhook.ts';
import { addWelcome } from './routes/welcome.ts';

/** For browsers that are led here: nothing may run, frame or sniff an answer. Pages bring a policy of their own. */
const securityHeaders = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: 'DENY',
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  // Whoever ends TLS in front of this server knows whether there is any.
  strictTransportSecurity: false,
  overwrite: false,
});

const safeForBrowsers: MiddlewareHandler = async (c, next) => {
  await next();
  // That a ticket is stored is told to programs only, thousands of times a second.
  if (c.res.status !== 202) await securityHeaders(c, async () => {});
};

/** The whole API as one function from request to answer. */
export function createApp(deps: Deps): Api {
  const api = createApi();
  api.use(observe(deps.metrics));
  api.use(safeForBrowsers);
  addTicketWebhook(api, deps);
  addHelpdeskWebhook(api, deps);
  addTicketsIntake(api, deps);
  addTickets(api, deps);
  addCorrections(api, deps);
  addUndo(api, deps);
  addRetry(api, deps);
  addNow(api, deps);
  addBreaker(api, deps);
  addDeliveries(api, deps);
  addEndpoints(api, deps);
  addReview(api, deps);
  addReviewBulk(api, deps);
  addReviewVerdict(api, deps);
  addSamples(api, deps);
  addSimilar(api, deps);
  addReplay(api, deps);
  addAudit(api, deps);
  addPromises(api, deps);
  addModels(api, deps);
  addLabellers(api, deps);
  addReports(api, deps);
  addCostReport(api, deps);
  addSources(api, deps);
  addTaxonomy(api, deps);
  addTaxonomyVersions(api, deps);
  addTaxonomyCheck(api, deps);
  addTaxonomyTry(api, deps);
  addTaxonomyPreview(api, deps);
  addSession(api, deps);
  addWelcome(api, deps);
  addPeople(api, deps);
  addHealth(api, deps);
  addMetrics(api, deps);
  addDocs(api);
  addBoardLock(api, deps);
  addBoard(api, deps);
  addConsole(api);
  refuseOtherMethods(api);
  api.notFound(() =>
    answerProblem(
      new Problem({ status: 404, code: 'not_found', detail: 'There is nothing here. /docs lists what is.' }),
    ),
  );
  api.onError((error, c) => {
    if (error instanceof DatabaseUnavailable) deps.events.databaseAway(error);
    const problem = problemOf(error);
    if (problem !== undefined) return answerProblem(problem);
    const id = randomUUID();
    deps.events.failedUnexpectedly({ id, method: c.req.method, path: c.req.path }, error);
    return answerProblem(unexpected(id));
  });
  return api;
}

import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { deleteUnlock, getUnlock, postUnlock } from './routes/board-lock.ts';
import type { postBreaker } from './routes/breaker.ts';
import type { postCorrection } from './routes/corrections.ts';
import type { getLabellers, postLabellerCleared } from './routes/labellers.ts';
import type { getPeople, patchPerson, postInvitation, postPeople } from './routes/people.ts';
import type { getCost } from './routes/report-cost.ts';
import type { reportRoutes } from './routes/reports.ts';
import type { replayDelivery, replayRange } from './routes/deliveries.ts';
import type { getNow } from './routes/now.ts';
import type { postRetries, postRetry } from './routes/retry.ts';
import type { getReview, postReviewNext } from './routes/review.ts';
import type { postReviewBulk } from './routes/review-bulk.ts';
import type { postReview } from './routes/review-verdict.ts';
import type { getAudit } from './routes/audit.ts';
import type { getReplay } from './routes/replay.ts';
import type { deleteSamples, getSamples } from './routes/samples.ts';
import type { getSimilar } from './routes/similar.ts';
import type { deleteSession, deleteSessions, getSession, postSession } from './routes/session.ts';
import type { deletePromise, getPromises, putPromise } from './routes/promises.ts';
import type { postTaxonomyCheck } from './routes/taxonomy-check.ts';
import type { postPreview } from './routes/taxonomy-preview.ts';
import type { postTaxonomyTry } from './routes/taxonomy-try.ts';
import type {
  getTaxonomyChanges,
  getTaxonomyVersion,
  getTaxonomyVersions,
  rollBackTaxonomy,
} from './routes/taxonomy-versions.ts';
import type { getTaxonomy, putTaxonomy } from './routes/taxonomy.ts';
import type { getSources } from './routes/sources.ts';
import type { getTicket, getTickets } from './routes/tickets.ts';
import type { postWelcome } from './routes/welcome.ts';

/** The routes that the console asks. */
type Routes = [
  typeof getTickets,
  typeof getTicket,
  typeof postCorrection,
  typeof getReview,
  typeof postReviewNext,
  typeof postReview,
  typeof postReviewBulk,
  typeof getSamples,
  typeof getSimilar,
  typeof getReplay,
  typeof getAudit,
  typeof deleteSamples,
  typeof getTaxonomy,
  typeof putTaxonomy,
  typeof getTaxonomyVersions,
  typeof getTaxonomyVersion,
  typeof getTaxonomyChanges,
  typeof rollBackTaxonomy,
  typeof postTaxonomyCheck,
  typeof postTaxonomyTry,
  typeof postPreview,
  typeof getPromises,
  typeof putPromise,
  typeof deletePromise,
  (typeof reportRoutes)['accuracy'],
  (typeof reportRoutes)['calibration'],
  (typeof reportRoutes)['learning'],
  (typeof reportRoutes)['volume'],
  (typeof reportRoutes)['latency'],
  (typeof reportRoutes)['funnel'],
  (typeof reportRoutes)['risk'],
  (typeof reportRoutes)['suspicious'],
  (typeof reportRoutes)['overlap'],
  typeof getCost,
  typeof getSources,
  typeof getLabellers,
  typeof postLabellerCleared,
  typeof postSession,
  typeof getSession,
  typeof deleteSession,
  typeof deleteSessions,
  typeof postWelcome,
  typeof getPeople,
  typeof postPeople,
  typeof patchPerson,
  typeof postInvitation,
  typeof getNow,
  typeof postBreaker,
  typeof postRetry,
  typeof postRetries,
  typeof replayDelivery,
  typeof replayRange,
  typeof getUnlock,
  typeof postUnlock,
  typeof deleteUnlock,
];

declare const router: OpenAPIHono;

type Added<Given extends readonly RouteConfig[]> = { [At in keyof Given]: { route: Given[At]; handler: never } };

/** The console's routes with their parameters and answers, for Hono's typed client. Only types: nothing of the server goes along. */
export type ApiRoutes = ReturnType<typeof router.openapiRoutes<Added<Routes>>>;

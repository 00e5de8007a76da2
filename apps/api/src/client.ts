import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { postCorrection } from './routes/corrections.ts';
import type { getPeople, patchPerson, postInvitation, postPeople } from './routes/people.ts';
import type { getReview, postReviewNext } from './routes/review.ts';
import type { postReview } from './routes/review-verdict.ts';
import type { deleteSession, deleteSessions, getSession, postSession } from './routes/session.ts';
import type { getTaxonomy } from './routes/taxonomy.ts';
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
  typeof getTaxonomy,
  typeof postSession,
  typeof getSession,
  typeof deleteSession,
  typeof deleteSessions,
  typeof postWelcome,
  typeof getPeople,
  typeof postPeople,
  typeof patchPerson,
  typeof postInvitation,
];

declare const router: OpenAPIHono;

type Added<Given extends readonly RouteConfig[]> = { [At in keyof Given]: { route: Given[At]; handler: never } };

/** The console's routes with their parameters and answers, for Hono's typed client. Only types: nothing of the server goes along. */
export type ApiRoutes = ReturnType<typeof router.openapiRoutes<Added<Routes>>>;

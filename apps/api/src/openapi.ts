import { OpenAPIHono, z } from '@hono/zod-openapi';
import { CorrectionDraft } from '@usher/core/correct';
import { Invitation, PersonChange, SignIn, Welcome } from '@usher/core/person';
import { BulkReview, NextReview, ReviewVerdict } from '@usher/core/review';
import { Taxonomy } from '@usher/core/taxonomy';
import { EndpointDraft, EndpointPatch } from '@usher/core/endpoint-draft';
import { TicketDraft } from '@usher/core/ticket';
import { deleteUnlock, getUnlock, postUnlock } from './routes/board-lock.ts';
import { BreakerOrder, postBreaker } from './routes/breaker.ts';
import { postCorrection } from './routes/corrections.ts';
import { getDeliveries, getDelivery, replayDelivery, ReplayRange, replayRange } from './routes/deliveries.ts';
import {
  deleteEndpoint,
  getEndpoint,
  getEndpoints,
  patchEndpoint,
  postEndpoint,
  postEndpointTest,
  rotateEndpoint,
} from './routes/endpoints.ts';
import { helpdeskWebhook } from './routes/helpdesk-webhook.ts';
import { livez, readyz } from './routes/health.ts';
import { getMetrics } from './routes/metrics.ts';
import { getCost } from './routes/report-cost.ts';
import { getNow } from './routes/now.ts';
import { getPeople, patchPerson, postInvitation, postPeople } from './routes/people.ts';
import { reportRoutes } from './routes/reports.ts';
import { deleteSession, deleteSessions, getSession, postSession } from './routes/session.ts';
import { getLabellers, LabellerCleared, postLabellerCleared } from './routes/labellers.ts';
import { getModels, ModelOrder, postModels } from './routes/models.ts';
import { deletePromise, getPromises, PromiseDraft, putPromise } from './routes/promises.ts';
import { postRetries, postRetry, RetryChoice } from './routes/retry.ts';
import { getReview, postReviewNext } from './routes/review.ts';
import { postReviewBulk } from './routes/review-bulk.ts';
import { postReview } from './routes/review-verdict.ts';
import { getAudit } from './routes/audit.ts';
import { getReplay } from './routes/replay.ts';
import { deleteSamples, getSamples } from './routes/samples.ts';
import { getSimilar } from './routes/similar.ts';
import { postTaxonomyCheck } from './routes/taxonomy-check.ts';
import { getSources } from './routes/sources.ts';
import { postPreview } from './routes/taxonomy-preview.ts';
import { postTaxonomyTry, TaxonomyTrial } from './routes/taxonomy-try.ts';
import {
  getTaxonomyChanges,
  getTaxonomyVersion,
  getTaxonomyVersions,
  rollBackTaxonomy,
} from './routes/taxonomy-versions.ts';
import { getTaxonomy, putTaxonomy } from './routes/taxonomy.ts';
import { postTickets } from './routes/tickets-intake.ts';
import { getTicket, getTickets } from './routes/tickets.ts';
import { postUndo } from './routes/undo.ts';
import { ticketWebhook } from './routes/webhook.ts';
import { postWelcome } from './routes/welcome.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

const ROUTES = [
  ticketWebhook,
  helpdeskWebhook,
  postTickets,
  getTickets,
  getTicket,
  getSimilar,
  getReplay,
  postCorrection,
  getReview,
  postReviewNext,
  postReview,
  postReviewBulk,
  getPromises,
  putPromise,
  deletePromise,
  getModels,
  postModels,
  getLabellers,
  postLabellerCleared,
  ...Object.values(reportRoutes),
  postUndo,
  getDeliveries,
  getDelivery,
  replayDelivery,
  replayRange,
  getEndpoints,
  postEndpoint,
  getEndpoint,
  patchEndpoint,
  deleteEndpoint,
  rotateEndpoint,
  postEndpointTest,
  getCost,
  getSources,
  getTaxonomy,
  putTaxonomy,
  getTaxonomyVersions,
  getTaxonomyVersion,
  getTaxonomyChanges,
  rollBackTaxonomy,
  postTaxonomyCheck,
  postTaxonomyTry,
  postPreview,
  postSession,
  getSession,
  deleteSession,
  deleteSessions,
  postWelcome,
  getPeople,
  postPeople,
  patchPerson,
  postInvitation,
  getSamples,
  deleteSamples,
  getNow,
  postBreaker,
  postRetry,
  postRetries,
  getAudit,
  getUnlock,
  postUnlock,
  deleteUnlock,
  livez,
  readyz,
  getMetrics,
];

const INFO = {
  title: 'Usher',
  version: '1',
  description:
    'Reads every support ticket, decides what it is about and shows it to the right team. Every error is answered as ' +
    '`application/problem+json` (RFC 9457) with a stable `code`.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

/** The OpenAPI 3.1 document of the API: the same in every process, and pinned in `docs/openapi.json`. */
export function openApiDocument(): Record<string, unknown> {
  const api = new OpenAPIHono();
  for (const route of ROUTES) api.openAPIRegistry.registerPath(route);
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. Its scopes are intake, agent, ops and admin; admin may do everything.',
  });
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description: 'Somebody who signed in to the console, with the roles agent, ops and admin.',
  });
  const document = api.getOpenAPI31Document({ openapi: '3.1.0', info: INFO, servers: [{ url: '/' }] });
  const { components, ...rest } = document;
  return { ...rest, components: { ...components, schemas: { ...components?.schemas, ...bodies() } } };
}

/** Bodies as zod itself describes them, so that the document and the check cannot differ. */
function bodies(): Record<string, unknown> {
  const ticket = schemaOf(TicketDraft);
  const batch = {
    type: 'object',
    properties: {
      tickets: { type: 'array', minItems: 1, maxItems: 1_000, items: { $ref: '#/components/schemas/TicketDraft' } },
    },
    required: ['tickets'],
  };
  return {
    TicketDraft: ticket,
    TicketOrTickets: { anyOf: [{ $ref: '#/components/schemas/TicketDraft' }, batch] },
    CorrectionDraft: schemaOf(CorrectionDraft),
    EndpointDraft: schemaOf(EndpointDraft),
    EndpointPatch: schemaOf(EndpointPatch),
    ReplayRange: schemaOf(ReplayRange),
    BulkReview: schemaOf(BulkReview),
    NextReview: schemaOf(NextReview),
    PromiseDraft: schemaOf(PromiseDraft),
    ModelOrder: schemaOf(ModelOrder),
    LabellerCleared: schemaOf(LabellerCleared),
    BreakerOrder: schemaOf(BreakerOrder),
    RetryChoice: schemaOf(RetryChoice),
    ReviewVerdict: schemaOf(ReviewVerdict),
    Taxonomy: schemaOf(Taxonomy),
    TaxonomyTrial: trialSchema(),
    SignIn: schemaOf(SignIn),
    Welcome: schemaOf(Welcome),
    Invitation: schemaOf(Invitation),
    PersonChange: schemaOf(PersonChange),
  };
}

/** The draft by its name, so that it is not described twice. */
function trialSchema(): Record<string, unknown> {
  const { properties, ...described } = schemaOf(TaxonomyTrial.omit({ taxonomy: true }));
  const taxonomy = { $ref: '#/components/schemas/Taxonomy' };
  return { ...described, properties: { taxonomy, ...Object(properties) }, required: ['taxonomy', 'body'] };
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      // The format says it; the pattern that zod adds is for machines that do not know the format.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return described;
}

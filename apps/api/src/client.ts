import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { ROUTES } from './openapi.ts';

declare const router: OpenAPIHono;

type Added<Routes extends readonly RouteConfig[]> = { [At in keyof Routes]: { route: Routes[At]; handler: never } };

/** Every route with its parameters and answers, for Hono's typed client. Only types: nothing of the server goes along. */
export type ApiRoutes = ReturnType<typeof router.openapiRoutes<Added<typeof ROUTES>>>;

import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api/client.ts';

type Versions = (typeof v1.taxonomy.versions)['$get'];
type Version = (typeof v1.taxonomy.versions)[':version'];

/** The category list, as the API answers and takes it. */
export type Taxonomy = InferResponseType<(typeof v1.taxonomy)['$get'], 200>;
export type Category = Taxonomy['categories'][number];
export type Subcategory = Category['subcategories'][number];
export type Example = Category['examples'][number];

/** Who published which version, and when. */
export type TaxonomyVersion = InferResponseType<Versions, 200>['versions'][number];

/** One thing in which two versions differ. */
export type Change = InferResponseType<Version['changes']['$get'], 200>['changes'][number];

/** What the server says of a draft. */
export type Check = InferResponseType<(typeof v1.taxonomy.check)['$post'], 200>;
export type Likeness = Check['likenesses'][number];

/** What a draft would change on past tickets. */
export type Preview = InferResponseType<(typeof v1.taxonomy.preview)['$post'], 200>;

/** What would be decided about a text, by the draft and by the list in force. */
export type Tried = InferResponseType<(typeof v1.taxonomy.try)['$post'], 200>;

/** What may be wrong among the automated, and how that stands. */
export type Promises = InferResponseType<(typeof v1.promises)['$get'], 200>;
export type Promised = Promises['promises'][number];

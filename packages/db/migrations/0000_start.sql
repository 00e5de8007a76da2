CREATE TABLE "backfills" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "backfills_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source_id" integer NOT NULL,
	"file" text NOT NULL,
	"fingerprint" text NOT NULL,
	"options" jsonb NOT NULL,
	"state" text DEFAULT 'importing' NOT NULL,
	"is_held" boolean DEFAULT false NOT NULL,
	"is_shadow" boolean DEFAULT false NOT NULL,
	"priority" smallint DEFAULT 0 NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL,
	"reject_bytes" bigint DEFAULT 0 NOT NULL,
	"created" bigint DEFAULT 0 NOT NULL,
	"revised" bigint DEFAULT 0 NOT NULL,
	"duplicate" bigint DEFAULT 0 NOT NULL,
	"labelled" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"refused" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "batch_chunks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "batch_chunks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"state" text DEFAULT 'written' NOT NULL,
	"release_id" bigint NOT NULL,
	"model" text NOT NULL,
	"batch_id" text,
	"newest_before" text,
	"tickets" integer NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"bytes" integer DEFAULT 0 NOT NULL,
	"answered" integer DEFAULT 0 NOT NULL,
	"errored" integer DEFAULT 0 NOT NULL,
	"expired" integer DEFAULT 0 NOT NULL,
	"canceled" integer DEFAULT 0 NOT NULL,
	"cost_micro_usd" bigint DEFAULT 0 NOT NULL,
	"money" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"reason" text,
	"starts" smallint DEFAULT 0 NOT NULL,
	"failures" smallint DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cancel_asked_at" timestamp with time zone,
	"written_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "batch_chunks_key_unique" UNIQUE("key"),
	CONSTRAINT "batch_chunks_batch_id_unique" UNIQUE("batch_id")
);
--> statement-breakpoint
CREATE TABLE "batch_members" (
	"chunk_id" bigint NOT NULL,
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"tries" smallint DEFAULT 1 NOT NULL,
	CONSTRAINT "batch_members_chunk_id_ticket_id_revision_pk" PRIMARY KEY("chunk_id","ticket_id","revision")
);
--> statement-breakpoint
CREATE TABLE "endpoints" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "endpoints_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"url" text NOT NULL,
	"description" text,
	"events" text[] NOT NULL,
	"source_id" integer,
	"secret" text,
	"old_secret" text,
	"old_secret_until" timestamp with time zone,
	"disabled_at" timestamp with time zone,
	"disabled_why" text,
	"removed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "examples" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "examples_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"category" text NOT NULL,
	"subcategory" text,
	"provenance" text NOT NULL,
	"labelled_by" text NOT NULL,
	"weight" real NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "classifications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "classifications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"release_id" bigint NOT NULL,
	"engine" text NOT NULL,
	"model" text NOT NULL,
	"outcome" text NOT NULL,
	"suggestion" jsonb,
	"input_tokens" integer,
	"cache_read_tokens" integer,
	"cache_write_5m_tokens" integer,
	"cache_write_1h_tokens" integer,
	"output_tokens" integer,
	"service_tier" text,
	"cost_micro_usd" bigint NOT NULL,
	"duration_ms" integer NOT NULL,
	"request_id" text,
	"text_hash" text,
	"reused_from" bigint,
	"shadow" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "corrections" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "corrections_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"decision_id" bigint NOT NULL,
	"from_category" text,
	"from_subcategory" text,
	"category" text NOT NULL,
	"subcategory" text,
	"note" text,
	"actor_kind" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "decisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"release_id" bigint,
	"actor_kind" text NOT NULL,
	"actor" text NOT NULL,
	"mode" text NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"category" text,
	"subcategory" text,
	"team" text NOT NULL,
	"priority" text NOT NULL,
	"sla_hours" real NOT NULL,
	"confidence" real,
	"is_calibrated" boolean,
	"note" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fetches" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "fetches_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source_id" integer NOT NULL,
	"external_id" text NOT NULL,
	"kind" text NOT NULL,
	"requests" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"outcome" jsonb,
	"asked" integer DEFAULT 1 NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"due_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "incoming" (
	"source_id" integer NOT NULL,
	"key" "bytea" NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "incoming_source_id_key_pk" PRIMARY KEY("source_id","key")
);
--> statement-breakpoint
CREATE TABLE "blind_audits" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "blind_audits_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"decision_id" bigint NOT NULL,
	"claimed_by" text,
	"claimed_until" timestamp with time zone,
	"category" text,
	"subcategory" text,
	"audited_by" text,
	"audited_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "labellers" (
	"name" text PRIMARY KEY NOT NULL,
	"flagged_at" timestamp with time zone,
	"figures" jsonb,
	"cleared_at" timestamp with time zone,
	"cleared_by" text
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outcomes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outcomes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"decision_id" bigint,
	"via" text NOT NULL,
	"category" text NOT NULL,
	"subcategory" text,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promises" (
	"category" text PRIMARY KEY NOT NULL,
	"risk" real NOT NULL,
	"state" text NOT NULL,
	"threshold" real,
	"evidence" jsonb,
	"set_by" text NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "review_claims" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"claimed_by" text NOT NULL,
	"claimed_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "text_outcomes" (
	"text_hash" text PRIMARY KEY NOT NULL,
	"category" text NOT NULL,
	"subcategory" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"actor" text NOT NULL,
	"verb" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "breakers" (
	"name" text PRIMARY KEY NOT NULL,
	"open_until" timestamp with time zone,
	"opened_at" timestamp with time zone,
	"reason" text DEFAULT '' NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"times" integer DEFAULT 0 NOT NULL,
	"probed_until" timestamp with time zone,
	"answered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"endpoint_id" integer,
	"source_id" integer,
	"ticket_id" bigint,
	"decision_id" bigint,
	"event" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"last_status" integer,
	"last_error" text,
	"note" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "prompt_caches" (
	"prefix" text PRIMARY KEY NOT NULL,
	"warm_until" timestamp with time zone NOT NULL,
	"turn_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receiver_pauses" (
	"receiver" text PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spending" (
	"day" date NOT NULL,
	"purse" integer NOT NULL,
	"spent_micro_usd" bigint DEFAULT 0 NOT NULL,
	"told_percent" smallint DEFAULT 0 NOT NULL,
	CONSTRAINT "spending_day_purse_pk" PRIMARY KEY("day","purse")
);
--> statement-breakpoint
CREATE TABLE "write_backs" (
	"ticket_id" bigint PRIMARY KEY NOT NULL,
	"written" jsonb,
	"holder" text,
	"held_until" timestamp with time zone,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "people_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"email" text,
	"name" text,
	"roles" text[] NOT NULL,
	"password_hash" text,
	"invitation_hash" text,
	"invitation_ends_at" timestamp with time zone,
	"failed_sign_ins" smallint DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "people_email_unique" UNIQUE("email"),
	CONSTRAINT "people_invitation_hash_unique" UNIQUE("invitation_hash")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"person_id" bigint NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"queues_unlocked_until" timestamp with time zone,
	CONSTRAINT "sessions_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "daily_confidence" (
	"day" date NOT NULL,
	"basis" text NOT NULL,
	"source_id" integer NOT NULL,
	"engine" text NOT NULL,
	"action" text NOT NULL,
	"shadow" boolean NOT NULL,
	"calibrated" boolean NOT NULL,
	"origin" text,
	"bin" smallint NOT NULL,
	"n" bigint NOT NULL,
	"correct" bigint NOT NULL,
	"confidence_sum" bigint NOT NULL,
	CONSTRAINT "daily_confidence_cell" UNIQUE NULLS NOT DISTINCT("day","basis","source_id","engine","action","shadow","calibrated","origin","bin")
);
--> statement-breakpoint
CREATE TABLE "daily_costs" (
	"day" date NOT NULL,
	"group" text NOT NULL,
	"key" text NOT NULL,
	"tickets" bigint NOT NULL,
	"calls" bigint NOT NULL,
	"reused" bigint NOT NULL,
	"cost_micro_usd" bigint NOT NULL,
	"squares" numeric NOT NULL,
	"input_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	CONSTRAINT "daily_costs_day_group_key_pk" PRIMARY KEY("day","group","key")
);
--> statement-breakpoint
CREATE TABLE "daily_latency" (
	"day" date NOT NULL,
	"source_id" integer NOT NULL,
	"lane" text NOT NULL,
	"what" text NOT NULL,
	"bucket" smallint NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "daily_latency_cell" UNIQUE("day","source_id","lane","what","bucket")
);
--> statement-breakpoint
CREATE TABLE "daily_outcomes" (
	"day" date NOT NULL,
	"basis" text NOT NULL,
	"source_id" integer NOT NULL,
	"engine" text NOT NULL,
	"action" text NOT NULL,
	"shadow" boolean NOT NULL,
	"predicted" text,
	"truth" text,
	"origin" text,
	"n" bigint NOT NULL,
	CONSTRAINT "daily_outcomes_cell" UNIQUE NULLS NOT DISTINCT("day","basis","source_id","engine","action","shadow","predicted","truth","origin")
);
--> statement-breakpoint
CREATE TABLE "hourly_volume" (
	"hour" timestamp with time zone NOT NULL,
	"source_id" integer NOT NULL,
	"event" text NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "hourly_volume_cell" UNIQUE("hour","source_id","event")
);
--> statement-breakpoint
CREATE TABLE "minute_calls" (
	"minute" timestamp with time zone NOT NULL,
	"model" text NOT NULL,
	"calls" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cost_micro_usd" bigint NOT NULL,
	CONSTRAINT "minute_calls_minute_model_pk" PRIMARY KEY("minute","model")
);
--> statement-breakpoint
CREATE TABLE "minute_volume" (
	"minute" timestamp with time zone NOT NULL,
	"event" text NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "minute_volume_minute_event_pk" PRIMARY KEY("minute","event")
);
--> statement-breakpoint
CREATE TABLE "rollup_cursors" (
	"facts" text PRIMARY KEY NOT NULL,
	"up_to" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ticket_hours" (
	"hour" timestamp with time zone PRIMARY KEY NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"source_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "pulls" (
	"source_id" integer PRIMARY KEY NOT NULL,
	"every_ms" bigint NOT NULL,
	"cursor" text,
	"due_at" timestamp with time zone NOT NULL,
	"pulled_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sources_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"connector" text DEFAULT 'api' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"secrets" text,
	"audit_salt" uuid DEFAULT gen_random_uuid() NOT NULL,
	"daily_micro_usd" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "sources_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "calibrators" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "calibrators_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"model" text NOT NULL,
	"calibration" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "local_models" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "local_models_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"taxonomy_version" integer NOT NULL,
	"learnt_from" bigint NOT NULL,
	"examples" integer DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'accepted' NOT NULL,
	"reason" text,
	"is_pinned" boolean DEFAULT false NOT NULL,
	"figures" jsonb NOT NULL,
	"held_out" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"content" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "releases_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"fingerprint" text NOT NULL,
	"taxonomy_version" integer NOT NULL,
	"prompt_version" text NOT NULL,
	"engine" text NOT NULL,
	"model" text NOT NULL,
	"hard_model" text NOT NULL,
	"local_model" bigint,
	"calibrator" bigint,
	"thresholds" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "releases_fingerprint_unique" UNIQUE("fingerprint")
);
--> statement-breakpoint
CREATE TABLE "taxonomies" (
	"version" integer PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"published_by" text NOT NULL,
	"published_at" timestamp with time zone DEFAULT now() NOT NULL,
	"restored_from" integer
);
--> statement-breakpoint
CREATE TABLE "ticket_revisions" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "ticket_revisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ticket_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"text_hash" text NOT NULL,
	"written_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	"lane" text,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ticket_revisions_ticket_id_revision_pk" PRIMARY KEY("ticket_id","revision")
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tickets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source_id" integer NOT NULL,
	"external_id" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"text_hash" text NOT NULL,
	"requester" text,
	"channel" text,
	"language" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone,
	"written_at" timestamp with time zone,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revised_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lane" text NOT NULL,
	"backfill_id" integer DEFAULT 0 NOT NULL,
	"batch" text,
	"state" text DEFAULT 'received' NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"starts" smallint DEFAULT 0 NOT NULL,
	"decision_id" bigint,
	"action" text,
	"reason" text,
	"category" text,
	"subcategory" text,
	"team" text,
	"priority" text,
	"sla_hours" real,
	"sla_due_at" timestamp with time zone,
	"confidence" real,
	"is_calibrated" boolean,
	"note" text,
	"decided_at" timestamp with time zone,
	"predicted" text,
	"truth" text,
	CONSTRAINT "tickets_source_external" UNIQUE("source_id","external_id")
);
--> statement-breakpoint
ALTER TABLE "backfills" ADD CONSTRAINT "backfills_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch_chunks" ADD CONSTRAINT "batch_chunks_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch_members" ADD CONSTRAINT "batch_members_chunk_id_batch_chunks_id_fk" FOREIGN KEY ("chunk_id") REFERENCES "public"."batch_chunks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch_members" ADD CONSTRAINT "batch_members_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "examples" ADD CONSTRAINT "examples_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "classifications" ADD CONSTRAINT "classifications_reused_from_classifications_id_fk" FOREIGN KEY ("reused_from") REFERENCES "public"."classifications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fetches" ADD CONSTRAINT "fetches_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incoming" ADD CONSTRAINT "incoming_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blind_audits" ADD CONSTRAINT "blind_audits_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blind_audits" ADD CONSTRAINT "blind_audits_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outcomes" ADD CONSTRAINT "outcomes_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outcomes" ADD CONSTRAINT "outcomes_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_claims" ADD CONSTRAINT "review_claims_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "write_backs" ADD CONSTRAINT "write_backs_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pulls" ADD CONSTRAINT "pulls_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "local_models" ADD CONSTRAINT "local_models_taxonomy_version_taxonomies_version_fk" FOREIGN KEY ("taxonomy_version") REFERENCES "public"."taxonomies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_taxonomy_version_taxonomies_version_fk" FOREIGN KEY ("taxonomy_version") REFERENCES "public"."taxonomies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_local_model_local_models_id_fk" FOREIGN KEY ("local_model") REFERENCES "public"."local_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_calibrator_calibrators_id_fk" FOREIGN KEY ("calibrator") REFERENCES "public"."calibrators"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ticket_revisions" ADD CONSTRAINT "ticket_revisions_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "batch_chunks_due" ON "batch_chunks" USING btree ("due_at") WHERE "batch_chunks"."state" in ('written', 'tried', 'sending', 'created', 'ingesting');--> statement-breakpoint
CREATE INDEX "batch_members_by_ticket" ON "batch_members" USING btree ("ticket_id");--> statement-breakpoint
CREATE UNIQUE INDEX "examples_one_a_ticket" ON "examples" USING btree ("ticket_id") WHERE "examples"."retired_at" is null;--> statement-breakpoint
CREATE INDEX "examples_by_ticket" ON "examples" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "examples_by_category" ON "examples" USING btree ("category");--> statement-breakpoint
CREATE INDEX "classifications_by_ticket" ON "classifications" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "classifications_by_text" ON "classifications" USING btree ("text_hash","id") WHERE "classifications"."text_hash" is not null and "classifications"."reused_from" is null;--> statement-breakpoint
CREATE INDEX "classifications_reusing" ON "classifications" USING btree ("reused_from") WHERE "classifications"."reused_from" is not null;--> statement-breakpoint
CREATE INDEX "classifications_by_time" ON "classifications" USING brin ("created_at") WITH (autosummarize=true);--> statement-breakpoint
CREATE INDEX "corrections_by_ticket" ON "corrections" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "corrections_by_decision" ON "corrections" USING btree ("decision_id");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_first_by_engine" ON "decisions" USING btree ("ticket_id","revision") WHERE "decisions"."actor_kind" = 'engine';--> statement-breakpoint
CREATE INDEX "decisions_by_ticket" ON "decisions" USING btree ("ticket_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "fetches_one_pending" ON "fetches" USING btree ("source_id","external_id","kind") WHERE "fetches"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "fetches_due" ON "fetches" USING btree ("due_at") WHERE "fetches"."state" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "blind_audits_one_a_decision" ON "blind_audits" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "blind_audits_by_ticket" ON "blind_audits" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "blind_audits_waiting" ON "blind_audits" USING btree ("id") WHERE "blind_audits"."audited_at" is null;--> statement-breakpoint
CREATE INDEX "blind_audits_told" ON "blind_audits" USING btree ("category","ticket_id") WHERE "blind_audits"."audited_at" is not null;--> statement-breakpoint
CREATE INDEX "outcomes_by_decision" ON "outcomes" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "outcomes_by_ticket" ON "outcomes" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "outcomes_by_time" ON "outcomes" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "audit_by_actor" ON "audit" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "audit_by_verb" ON "audit" USING btree ("verb","id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("due_at") WHERE "deliveries"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "deliveries_by_ticket" ON "deliveries" USING btree ("ticket_id");--> statement-breakpoint
CREATE INDEX "deliveries_by_decision" ON "deliveries" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "deliveries_by_state" ON "deliveries" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "deliveries_by_endpoint" ON "deliveries" USING btree ("endpoint_id","id");--> statement-breakpoint
CREATE INDEX "sessions_by_person" ON "sessions" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "ticket_revisions_text" ON "ticket_revisions" USING btree ("ticket_id","text_hash");--> statement-breakpoint
CREATE INDEX "ticket_revisions_counted" ON "ticket_revisions" USING btree ("id");--> statement-breakpoint
CREATE INDEX "tickets_due" ON "tickets" USING btree ("lane","backfill_id","due_at","id","revision") WHERE "tickets"."state" = 'received' and "tickets"."batch" is null;--> statement-breakpoint
CREATE INDEX "tickets_awaiting_batch" ON "tickets" USING btree ("id") WHERE "tickets"."state" = 'received' and "tickets"."batch" = 'awaiting';--> statement-breakpoint
CREATE INDEX "tickets_in_review" ON "tickets" USING btree ("sla_due_at","id") WHERE "tickets"."state" in ('triaged', 'suggested');--> statement-breakpoint
CREATE INDEX "tickets_unread" ON "tickets" USING btree ("id") WHERE "tickets"."state" = 'triaged' and "tickets"."reason" in ('stopped_workers', 'refused', 'truncated', 'unusable', 'content_rejected', 'unavailable', 'budget_spent', 'not_trained');--> statement-breakpoint
CREATE INDEX "tickets_by_state" ON "tickets" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "tickets_by_team" ON "tickets" USING btree ("team","id") WHERE "tickets"."team" is not null;--> statement-breakpoint
CREATE INDEX "tickets_by_category" ON "tickets" USING btree ("category","id") WHERE "tickets"."category" is not null;--> statement-breakpoint
CREATE INDEX "tickets_by_source" ON "tickets" USING btree ("source_id","id");--> statement-breakpoint
CREATE INDEX "tickets_by_words" ON "tickets" USING gin (to_tsvector('simple', "subject")) WHERE "tickets"."state" <> 'received';--> statement-breakpoint
CREATE INDEX "tickets_by_predicted" ON "tickets" USING btree ("predicted","id") WHERE "tickets"."predicted" is not null;--> statement-breakpoint
CREATE INDEX "tickets_judged" ON "tickets" USING btree ("predicted","truth","id") WHERE "tickets"."truth" is not null;
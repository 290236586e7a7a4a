CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`plan` text NOT NULL,
	`downgraded_from` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_slug_unique` ON `accounts` (`slug`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`user_id` text,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`subject` text,
	`detail` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `audit_log_account` ON `audit_log` (`account_id`,`id`);--> statement-breakpoint
CREATE TABLE `installation` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `memberships` (
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `user_id`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `memberships_user` ON `memberships` (`user_id`);--> statement-breakpoint
CREATE TABLE `one_time_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text NOT NULL,
	`email_key` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_user` ON `one_time_tokens` (`user_id`,`purpose`);--> statement-breakpoint
CREATE TABLE `rate_limits` (
	`key` text PRIMARY KEY NOT NULL,
	`window_ends_at` integer NOT NULL,
	`count` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `rate_limits_window` ON `rate_limits` (`window_ends_at`);--> statement-breakpoint
CREATE TABLE `released_slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`released_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`refresh_hash` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`user_agent` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`name` text,
	`password_hash` text NOT NULL,
	`email_verified_at` integer,
	`token_version` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);--> statement-breakpoint
CREATE TABLE `channels` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`config` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`is_default` integer DEFAULT true NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `channels_account` ON `channels` (`account_id`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text,
	`user_id` text,
	`channel_id` text,
	`incident_id` text,
	`event` text NOT NULL,
	`dedup_key` text NOT NULL,
	`order_key` text,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer,
	`lease_until` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`channel_id`) REFERENCES `channels`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_dedup_key_unique` ON `deliveries` (`dedup_key`);--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`next_attempt_at`) WHERE state in ('queued','failed','sending');--> statement-breakpoint
CREATE INDEX `deliveries_account` ON `deliveries` (`account_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `deliveries_incident` ON `deliveries` (`incident_id`);--> statement-breakpoint
CREATE INDEX `deliveries_order` ON `deliveries` (`order_key`,`created_at`) WHERE state in ('queued','failed','sending');--> statement-breakpoint
CREATE TABLE `incident_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`incident_id` text NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`user_id` text,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `incident_events_incident` ON `incident_events` (`incident_id`,`at`);--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`monitor_no` integer NOT NULL,
	`reason` text NOT NULL,
	`message` text NOT NULL,
	`started_at` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`resolved_at` integer,
	`resolved_cause` text,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incidents_one_open` ON `incidents` (`monitor_no`) WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX `incidents_monitor` ON `incidents` (`monitor_no`,`started_at`);--> statement-breakpoint
CREATE INDEX `incidents_account` ON `incidents` (`account_id`,`started_at`);--> statement-breakpoint
CREATE TABLE `monitor_channels` (
	`monitor_no` integer NOT NULL,
	`channel_id` text NOT NULL,
	PRIMARY KEY(`monitor_no`, `channel_id`),
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`channel_id`) REFERENCES `channels`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `monitor_channels_channel` ON `monitor_channels` (`channel_id`);--> statement-breakpoint
CREATE TABLE `monitor_states` (
	`monitor_no` integer PRIMARY KEY NOT NULL,
	`phase` text DEFAULT 'new' NOT NULL,
	`bad_run` integer DEFAULT 0 NOT NULL,
	`good_run` integer DEFAULT 0 NOT NULL,
	`first_bad_at` integer,
	`first_good_at` integer,
	`incident_id` text,
	`announced` integer DEFAULT false NOT NULL,
	`last_reminder_at` integer,
	`last_result_at` integer,
	`last_status` text,
	`last_reason` text,
	`last_message` text,
	`last_response_ms` integer,
	`status` text DEFAULT 'pending' NOT NULL,
	`status_since` integer,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `monitors` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`config` text NOT NULL,
	`config_version` integer DEFAULT 0 NOT NULL,
	`interval_seconds` integer NOT NULL,
	`timeout_seconds` integer NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`failure_threshold` integer NOT NULL,
	`recovery_threshold` integer NOT NULL,
	`flap_detection` integer DEFAULT true NOT NULL,
	`public` integer NOT NULL,
	`tags` text NOT NULL,
	`paused_at` integer,
	`paused_by` text,
	`next_check_at` integer,
	`deleted_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `monitors_id_unique` ON `monitors` (`id`);--> statement-breakpoint
CREATE INDEX `monitors_due` ON `monitors` (`next_check_at`) WHERE next_check_at is not null;--> statement-breakpoint
CREATE INDEX `monitors_account` ON `monitors` (`account_id`,`no`);--> statement-breakpoint
CREATE INDEX `monitors_deleted` ON `monitors` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE TABLE `result_details` (
	`monitor_no` integer NOT NULL,
	`at` integer NOT NULL,
	`location` integer NOT NULL,
	`good` integer NOT NULL,
	`phases` text,
	`message` text,
	PRIMARY KEY(`monitor_no`, `at`, `location`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `results` (
	`monitor_no` integer NOT NULL,
	`at` integer NOT NULL,
	`location` integer NOT NULL,
	`outcome` integer NOT NULL,
	`response_ms` integer,
	PRIMARY KEY(`monitor_no`, `at`, `location`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `summaries` (
	`monitor_no` integer NOT NULL,
	`grain` integer NOT NULL,
	`slot` integer NOT NULL,
	`checks` integer NOT NULL,
	`failed` integer NOT NULL,
	`up_seconds` integer NOT NULL,
	`down_seconds` integer NOT NULL,
	`degraded_seconds` integer NOT NULL,
	`excluded_seconds` integer NOT NULL,
	`sum_ms` integer NOT NULL,
	`max_ms` integer NOT NULL,
	`histogram` text NOT NULL,
	PRIMARY KEY(`monitor_no`, `grain`, `slot`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `components` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`monitor_no` integer NOT NULL,
	`name` text,
	`position` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `components_page` ON `components` (`page_id`,`position`);--> statement-breakpoint
CREATE INDEX `components_monitor` ON `components` (`monitor_no`);--> statement-breakpoint
CREATE TABLE `status_pages` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`slug` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`branding` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `status_pages_slug_unique` ON `status_pages` (`slug`);--> statement-breakpoint
CREATE INDEX `status_pages_account` ON `status_pages` (`account_id`);
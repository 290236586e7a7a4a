CREATE TABLE `certificates` (
	`monitor_no` integer PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`fingerprint` text NOT NULL,
	`key_fingerprint` text NOT NULL,
	`subject` text NOT NULL,
	`issuer` text NOT NULL,
	`sans` text NOT NULL,
	`not_before` integer NOT NULL,
	`not_after` integer NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `certificates_end` ON `certificates` (`not_after`);--> statement-breakpoint
CREATE TABLE `domains` (
	`name` text PRIMARY KEY NOT NULL,
	`expires_at` integer,
	`registrar` text,
	`error_reason` text,
	`error_message` text,
	`asked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `expiry_warnings` (
	`account_id` text NOT NULL,
	`subject` text NOT NULL,
	`threshold` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `subject`, `threshold`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `heartbeat_pings` (
	`id` integer PRIMARY KEY NOT NULL,
	`monitor_no` integer NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`exit_code` integer,
	`run_id` text,
	`run_ms` integer,
	`body` text,
	`source_ip` text,
	`user_agent` text,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `heartbeat_pings_monitor` ON `heartbeat_pings` (`monitor_no`,`at`);--> statement-breakpoint
CREATE TABLE `heartbeats` (
	`monitor_no` integer PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`last_ping_at` integer,
	`last_success_at` integer,
	`last_failure_at` integer,
	`last_exit_code` integer,
	`started_at` integer,
	`run_id` text,
	`last_run_ms` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `heartbeats_token_unique` ON `heartbeats` (`token`);--> statement-breakpoint
CREATE TABLE `maintenance_monitors` (
	`window_id` text NOT NULL,
	`monitor_no` integer NOT NULL,
	PRIMARY KEY(`window_id`, `monitor_no`),
	FOREIGN KEY (`window_id`) REFERENCES `maintenance_windows`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `maintenance_monitors_monitor` ON `maintenance_monitors` (`monitor_no`);--> statement-breakpoint
CREATE TABLE `maintenance_windows` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`title` text NOT NULL,
	`body` text,
	`timezone` text NOT NULL,
	`starts_at` integer,
	`ends_at` integer,
	`cron` text,
	`duration_seconds` integer,
	`current_starts_at` integer,
	`current_ends_at` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `maintenance_account` ON `maintenance_windows` (`account_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `maintenance_current` ON `maintenance_windows` (`current_ends_at`) WHERE current_ends_at is not null;--> statement-breakpoint
CREATE TABLE `maintenance_pages` (
	`window_id` text NOT NULL,
	`page_id` text NOT NULL,
	PRIMARY KEY(`window_id`, `page_id`),
	FOREIGN KEY (`window_id`) REFERENCES `maintenance_windows`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `maintenance_pages_page` ON `maintenance_pages` (`page_id`);--> statement-breakpoint
ALTER TABLE `monitor_states` ADD `flips` text;--> statement-breakpoint
ALTER TABLE `monitor_states` ADD `flapping_since` integer;--> statement-breakpoint
ALTER TABLE `result_details` ADD `evidence` text;
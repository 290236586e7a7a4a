CREATE TABLE `escalation_policies` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`steps` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `escalation_policies_account` ON `escalation_policies` (`account_id`);--> statement-breakpoint
CREATE TABLE `report_subscriptions` (
	`account_id` text NOT NULL,
	`user_id` text NOT NULL,
	`period` text NOT NULL,
	`timezone` text NOT NULL,
	`next_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `user_id`, `period`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `report_subscriptions_next` ON `report_subscriptions` (`next_at`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `timezone` text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
ALTER TABLE `channels` ADD `events` text;--> statement-breakpoint
ALTER TABLE `channels` ADD `tags` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `channels` ADD `quiet` text;--> statement-breakpoint
ALTER TABLE `channels` ADD `per_minute` integer;--> statement-breakpoint
ALTER TABLE `channels` ADD `disabled_reason` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `recipient` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `lane` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `batch_id` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `held_for` text;--> statement-breakpoint
ALTER TABLE `deliveries` ADD `answer` text;--> statement-breakpoint
CREATE INDEX `deliveries_lane` ON `deliveries` (`lane`,`next_attempt_at`) WHERE state in ('queued','failed','sending');--> statement-breakpoint
CREATE INDEX `deliveries_channel` ON `deliveries` (`channel_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `deliveries_event` ON `deliveries` (`account_id`,`event`,`created_at`) WHERE event not in ('down','up');--> statement-breakpoint
CREATE INDEX `deliveries_unsent` ON `deliveries` (`account_id`,`state`,`created_at`) WHERE state <> 'sent';--> statement-breakpoint
CREATE INDEX `deliveries_batch` ON `deliveries` (`batch_id`) WHERE batch_id is not null;--> statement-breakpoint
ALTER TABLE `incidents` ADD `snoozed_until` integer;--> statement-breakpoint
ALTER TABLE `incidents` ADD `muted_by` text;--> statement-breakpoint
ALTER TABLE `incidents` ADD `escalation_step` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `incidents` ADD `next_escalation_at` integer;--> statement-breakpoint
CREATE INDEX `incidents_escalation` ON `incidents` (`next_escalation_at`) WHERE next_escalation_at is not null;--> statement-breakpoint
ALTER TABLE `monitors` ADD `remind_every_minutes` integer;--> statement-breakpoint
ALTER TABLE `monitors` ADD `parent_no` integer REFERENCES monitors(no) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `monitors` ADD `escalation_id` text REFERENCES escalation_policies(id) ON DELETE set null;--> statement-breakpoint
CREATE INDEX `monitors_parent` ON `monitors` (`parent_no`) WHERE parent_no is not null;--> statement-breakpoint
UPDATE `channels` SET config = json_set(config, '$.to', json_array(config ->> '$.to')) WHERE kind = 'email' AND json_type(config, '$.to') = 'text';--> statement-breakpoint
UPDATE `deliveries` SET recipient = (SELECT c.config ->> '$.to[0]' FROM channels c WHERE c.id = channel_id AND c.kind = 'email');--> statement-breakpoint
UPDATE `deliveries` SET lane = CASE WHEN channel_id IS NULL THEN 'mail:' || coalesce(user_id, id) WHEN recipient IS NULL THEN channel_id ELSE channel_id || ':' || recipient END;--> statement-breakpoint
UPDATE `deliveries` SET held_for = 'verification' WHERE next_attempt_at IS NULL AND state = 'queued';

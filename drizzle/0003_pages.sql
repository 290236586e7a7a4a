CREATE TABLE `page_assets` (
	`page_id` text NOT NULL,
	`role` text NOT NULL,
	`mime` text NOT NULL,
	`hash` text NOT NULL,
	`data` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`page_id`, `role`),
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `page_domains` (
	`host` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`token` text NOT NULL,
	`verified_at` integer,
	`checked_at` integer,
	`failing_since` integer,
	`error` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `page_domains_page` ON `page_domains` (`page_id`);--> statement-breakpoint
CREATE INDEX `page_domains_checked` ON `page_domains` (`checked_at`);--> statement-breakpoint
CREATE TABLE `status_report_components` (
	`report_id` text NOT NULL,
	`component_id` text NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`report_id`, `component_id`),
	FOREIGN KEY (`report_id`) REFERENCES `status_reports`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `status_report_components_component` ON `status_report_components` (`component_id`);--> statement-breakpoint
CREATE TABLE `status_report_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`impact` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `status_report_templates_account` ON `status_report_templates` (`account_id`);--> statement-breakpoint
CREATE TABLE `status_report_updates` (
	`id` text PRIMARY KEY NOT NULL,
	`report_id` text NOT NULL,
	`status` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	`user_id` text,
	`notified` integer DEFAULT true NOT NULL,
	FOREIGN KEY (`report_id`) REFERENCES `status_reports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `status_report_updates_report` ON `status_report_updates` (`report_id`,`at`);--> statement-breakpoint
CREATE TABLE `status_reports` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`title` text NOT NULL,
	`impact` text NOT NULL,
	`status` text NOT NULL,
	`published_at` integer,
	`started_at` integer NOT NULL,
	`resolved_at` integer,
	`next_update_by` integer,
	`incident_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `status_reports_page` ON `status_reports` (`page_id`,`started_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `status_reports_incident` ON `status_reports` (`page_id`,`incident_id`) WHERE incident_id is not null;--> statement-breakpoint
CREATE TABLE `subscribers` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`target_key` text NOT NULL,
	`component_ids` text,
	`incidents` integer DEFAULT true NOT NULL,
	`maintenance` integer DEFAULT true NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`secret` text,
	`confirmed_at` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`disabled_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscribers_target` ON `subscribers` (`page_id`,`kind`,`target_key`);--> statement-breakpoint
CREATE TABLE `__new_components` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`kind` text DEFAULT 'monitor' NOT NULL,
	`parent_id` text,
	`monitor_no` integer,
	`name` text,
	`description` text,
	`manual_status` text,
	`show_uptime` integer DEFAULT true NOT NULL,
	`show_chart` integer DEFAULT false NOT NULL,
	`members_only` integer DEFAULT false NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `status_pages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`monitor_no`) REFERENCES `monitors`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_components`(id, page_id, monitor_no, name, position) SELECT id, page_id, monitor_no, name, position FROM `components`;--> statement-breakpoint
DROP TABLE `components`;--> statement-breakpoint
ALTER TABLE `__new_components` RENAME TO `components`;--> statement-breakpoint
CREATE INDEX `components_page` ON `components` (`page_id`,`position`);--> statement-breakpoint
CREATE INDEX `components_monitor` ON `components` (`monitor_no`);--> statement-breakpoint
ALTER TABLE `deliveries` ADD `subscriber_id` text REFERENCES subscribers(id) ON DELETE cascade;--> statement-breakpoint
CREATE INDEX `deliveries_subscriber` ON `deliveries` (`subscriber_id`) WHERE subscriber_id is not null;--> statement-breakpoint
ALTER TABLE `maintenance_windows` ADD `changes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `summaries` ADD `maintenance_seconds` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `timezone` text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `language` text DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `appearance` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `visibility` text DEFAULT 'public' NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `hidden_from_search` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `auto_report` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `publish_to` text;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `published_at` integer;--> statement-breakpoint
ALTER TABLE `status_pages` ADD `publish_error` text;
CREATE TABLE `sale` (
	`id` integer PRIMARY KEY NOT NULL,
	`shop_id` integer NOT NULL,
	`seller` text NOT NULL,
	`pieces` integer NOT NULL,
	`sold_at` integer NOT NULL,
	FOREIGN KEY (`shop_id`) REFERENCES `shop`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sale_shop` ON `sale` (`shop_id`);--> statement-breakpoint
CREATE TABLE `shop` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`stock` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shop_name_unique` ON `shop` (`name`);
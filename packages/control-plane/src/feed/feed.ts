/**
 * The live picture: what a dashboard is told over one WebSocket, first a snapshot, then changes.
 *
 * Plain data in both directions, a JSON message per line. The types are shared with the page: see
 * `@kubus/shared/feed/messages.ts`.
 */
export type { FeedMessage, FeedRequest } from "@kubus/shared/feed/messages.ts";

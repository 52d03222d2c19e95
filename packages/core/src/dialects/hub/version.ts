import * as z from 'zod';

/** The version of this schema. A change that old clients can't read makes a new one. */
export const HUB_VERSION = 1;

/** May be left out by clients, which then mean this version; always sent. */
export const Version = z.literal(HUB_VERSION).exactOptional();

export type * from '@tollgate/gateway/router';
export { type ClientOptions, createTollgateClient, type TollgateClient } from './client.ts';
export { isTollgateError, type TollgateError } from './tollgate-error.ts';

/** The origin's constants: made up, known to every test, and so what no log may contain. */

export const TEST_ZION_API_KEY = 'test-zion-api-key';
export const TEST_OPENAI_API_KEY = 'test-openai-api-key';
export const TEST_ANTHROPIC_API_KEY = 'test-anthropic-api-key';

/** Looks like a JWT, is none: three parts, no signature that means anything. */
export const TEST_TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.dGVzdC1zaWduYXR1cmU';
export const TEST_USER_ID = 'user_123';
export const TEST_EXTERNAL_ID = 'ext_123';
export const TEST_EMAIL = 'test@test.com';

/** Local keys: `tg_` and 43 characters, as the gateway makes them. */
export const TEST_ADMIN_KEY = 'tg_admin0TestKey000000000000000000000000000000';
export const TEST_MEMBER_KEY = 'tg_member0TestKey00000000000000000000000000000';

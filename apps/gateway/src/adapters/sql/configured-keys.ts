import { DEFAULT_IDS, optionalField, type StoredKey } from '@tollgate/core/directory';
import type { LocalKeyConfig } from '../../config/config.ts';
import { hintOf } from './key-digest.ts';

const PREFIX = 'config:';

/** Keys of the configuration: valid while it names them, never stored. */
export const isConfigured = (id: string): boolean => id.startsWith(PREFIX);

export const configuredKey = (config: LocalKeyConfig): StoredKey => ({
  id: PREFIX + config.name,
  createdAt: 0,
  version: 1,
  name: config.name,
  role: config.role,
  hint: hintOf(config.key.reveal()),
  organisationId: DEFAULT_IDS.organisation,
  teamId: DEFAULT_IDS.team,
  userId: DEFAULT_IDS.user,
  ...optionalField('allowedModels', config.models),
  ...optionalField('allowedFaces', config.faces),
  ...optionalField('requestsPerMinute', config.requestsPerMinute),
});

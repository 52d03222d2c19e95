import { ok } from '@tollgate/core';
import type { ListedModel } from '../../services/models.ts';
import type { ModelPresenter } from '../http/model-handlers.ts';

const one = (model: ListedModel) => ({
  id: model.id,
  object: 'model',
  created: model.created,
  owned_by: model.ownedBy,
});

/** Models as OpenAI writes them: one list, without pages. */
export const openAiModels: ModelPresenter = {
  list: (models) => ok({ object: 'list', data: models.map(one) }),
  one,
};

import type { Source } from "../apps/profile.ts";
import type { JsonObject } from "../json.ts";

export const retrieverResources = (sources: readonly Source[]): readonly JsonObject[] =>
  sources.map(({ dataset, document, content, score }, index) => ({
    position: index + 1,
    dataset_id: `dataset-${index + 1}`,
    dataset_name: dataset,
    document_id: `document-${index + 1}`,
    document_name: document,
    data_source_type: "upload_file",
    segment_id: `segment-${index + 1}`,
    retriever_from: "api",
    score,
    content,
  }));

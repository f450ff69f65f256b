import { type App, runsGraph } from "../apps/apps.ts";
import { shownVariable } from "../apps/input-form.ts";
import { authenticate } from "../http/exchange.ts";
import { prettyReply } from "../http/http-reply.ts";
import type { Route } from "../http/router.ts";
import type { JsonObject } from "../json.ts";

const info = ({ profile, traits }: App): JsonObject => ({
  name: profile.name,
  description: "",
  tags: [],
  ...(traits.infoHasMode ? { mode: profile.mode, author_name: "admin" } : {}),
});

const parameters = ({ profile }: App): JsonObject => {
  const ofGraph = runsGraph(profile.mode);
  return {
    opening_statement: profile.openingStatement,
    suggested_questions: [],
    suggested_questions_after_answer: { enabled: profile.suggested !== undefined },
    speech_to_text: { enabled: false },
    text_to_speech: { enabled: false, language: "", voice: "" },
    retriever_resource: { enabled: true },
    annotation_reply: { enabled: false },
    more_like_this: { enabled: false },
    user_input_form: (profile.form ?? []).map((variable) => shownVariable(variable, ofGraph)),
    sensitive_word_avoidance: ofGraph ? { enabled: false } : { configs: [], enabled: false, type: "" },
    file_upload: ofGraph
      ? { enabled: profile.fileUpload }
      : {
          image: {
            detail: "high",
            enabled: profile.fileUpload,
            number_limits: 3,
            transfer_methods: ["remote_url", "local_file"],
          },
        },
    system_parameters: {
      image_file_size_limit: 10,
      video_file_size_limit: 100,
      audio_file_size_limit: 50,
      file_size_limit: 15,
      workflow_file_upload_limit: 10,
    },
  };
};

const factRoute = (path: string, factsOf: (app: App) => JsonObject): Route => ({
  method: "GET",
  path,
  handle: (exchange) => prettyReply(200, factsOf(authenticate(exchange))),
});

export const appFactRoutes: readonly Route[] = [
  factRoute("/v1/info", info),
  factRoute("/v1/meta", () => ({ tool_icons: {} })),
  factRoute("/v1/parameters", parameters),
];

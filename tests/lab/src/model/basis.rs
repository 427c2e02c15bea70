//! What the model's part of the lab rests on, as one table: facts with the public name of their source, and assumptions.

use crate::basis::{From, bases};

const REFERENCE: &str = "OpenAI API reference, chat completions";
const ERRORS: &str = "OpenAI API errors as clients' issue trackers quote them";
const STRUCTURED: &str = "OpenAI guide to structured outputs";
const LLAMA: &str = "llama-cpp-python's server, measured";
const AZURE: &str = "Azure OpenAI documentation of content filtering";

bases! {
    KEY = "model.key", From::Fact(ERRORS), "without the bearer key 401 invalid_request_error, with a wrong one code invalid_api_key";
    MODEL = "model.name", From::Fact(ERRORS), "an unknown model is 404 with code model_not_found";
    UNKNOWN = "model.unknown", From::Fact(ERRORS), "a member that the call has not is 400 invalid_request_error with code unknown_parameter and the member as param";
    MISSING = "model.missing", From::Fact(ERRORS), "a missing member is 400 with code missing_required_parameter";
    TYPE = "model.type", From::Fact(ERRORS), "a member of another type is 400 with code invalid_type, one out of bounds names its bound";
    STREAM_OPTIONS = "model.stream-options", From::Fact(REFERENCE), "stream_options goes with stream alone; include_usage sends a last chunk with usage and no choices";
    LIMIT = "model.limit", From::Fact(ERRORS), "max_tokens and max_completion_tokens exclude each other, and a model may take one of them alone: 400 with code unsupported_parameter";
    CONTEXT = "model.context", From::Fact(LLAMA), "too long a prompt is 400 with code context_length_exceeded and both token counts";
    FORM = "model.form", From::Fact(LLAMA), "a server that knows json_object with schema answers json_schema with 500 and a literal_error; OpenAI does not know the member schema";
    STRICT = "model.strict", From::Fact(STRUCTURED), "a strict schema is an object at its root, every object names all its properties as required and forbids others, allOf, not, if, then, else and dependent keywords are refused, at most 10 levels and 5,000 properties";
    KEYWORDS = "model.keywords", From::Fact(STRUCTURED), "some models refuse bounds (minLength, maxLength and the like) in a strict schema: not permitted";
    FILTER = "model.filter", From::Fact(AZURE), "a filtered prompt is 400 with code content_filter and an inner ResponsibleAIPolicyViolation, a filtered answer ends with finish_reason content_filter";
    ASKED = "model.asked", From::Assumed("model/mod.rs"), "refusals that the control asked for: their texts follow the vendors' published ones";
    ORDER = "model.order", From::Assumed("model/mod.rs"), "order of checks: path, verb, key, media type, members, model, response format, length";
    ROUTES = "model.routes", From::Assumed("model/mod.rs"), "texts of 404, 405, 413 and 415; a body of more than 16 MiB is 413";
    JSON = "model.json", From::Assumed("model/request.rs"), "text of the 400 for a body that is no JSON object";
    MEMBERS = "model.members", From::Assumed("model/request.rs"), "what the vendor has and the lab has not (tools, n above 1, logprobs, audio and so on) is 400 unsupported_parameter by name; parts of a message's content are texts alone";
    TOKENS = "model.tokens", From::Assumed("model/request.rs"), "a token is four bytes of text";
    ANSWERS = "model.answers", From::Assumed("model"), "what the model says in each manner, and the size of its pieces";
}

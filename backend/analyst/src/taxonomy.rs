//! Sigma's field taxonomy, as far as Aside's model can fill it, and the event that rules are matched against.

use std::borrow::Cow;

/// A field of the taxonomy, as an index into [`FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(u8);

macro_rules! fields {
    ($($name:ident = $text:literal;)*) => {
        /// Every field that an event can have. `GrandparentImage`, `Ancestors` and `DecodedFrom` are
        /// Aside's own; the rest are Sigma's (specification, taxonomy appendix).
        const FIELDS: &[&str] = &[$($text),*];

        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "positions of the constants below")]
        #[repr(u8)]
        enum Position { $($name),* }

        impl Field {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Field = Field(Position::$name as u8);
            )*
        }
    };
}

fields! {
    IMAGE = "Image";
    ORIGINAL_FILE_NAME = "OriginalFileName";
    COMMAND_LINE = "CommandLine";
    CURRENT_DIRECTORY = "CurrentDirectory";
    USER = "User";
    INTEGRITY_LEVEL = "IntegrityLevel";
    HASHES = "Hashes";
    PARENT_IMAGE = "ParentImage";
    PARENT_COMMAND_LINE = "ParentCommandLine";
    PARENT_USER = "ParentUser";
    GRANDPARENT_IMAGE = "GrandparentImage";
    ANCESTORS = "Ancestors";
    DECODED_FROM = "DecodedFrom";
    TARGET_FILENAME = "TargetFilename";
    TARGET_OBJECT = "TargetObject";
    DETAILS = "Details";
    DESTINATION_IP = "DestinationIp";
    DESTINATION_PORT = "DestinationPort";
    DESTINATION_HOSTNAME = "DestinationHostname";
    SOURCE_IP = "SourceIp";
    SOURCE_PORT = "SourcePort";
    INITIATED = "Initiated";
    PROTOCOL = "Protocol";
    QUERY_NAME = "QueryName";
    QUERY_RESULTS = "QueryResults";
    IMAGE_LOADED = "ImageLoaded";
    SIGNED = "Signed";
    SIGNATURE = "Signature";
    SIGNATURE_STATUS = "SignatureStatus";
    SCRIPT_BLOCK_TEXT = "ScriptBlockText";
    TARGET_IMAGE = "TargetImage";
    SOURCE_IMAGE = "SourceImage";
    GRANTED_ACCESS = "GrantedAccess";
    CALL_TRACE = "CallTrace";
    START_MODULE = "StartModule";
    START_FUNCTION = "StartFunction";
    TASK_NAME = "TaskName";
    SERVICE_NAME = "ServiceName";
    PIPE_NAME = "PipeName";
    CONTENTS = "Contents";
    EVENT_TYPE = "EventType";
}

impl Field {
    /// The field of that name. Sigma's field names are case-sensitive.
    pub fn named(name: &str) -> Option<Field> {
        FIELDS
            .iter()
            .position(|known| *known == name)
            .and_then(|at| u8::try_from(at).ok())
            .map(Field)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FIELDS.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

/// What kind of event a rule speaks of: Sigma's `logsource.category`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Category {
    /// `process_creation`
    ProcessCreation,
    /// `file_event`
    FileEvent,
    /// `file_access`
    FileAccess,
    /// `file_delete`
    FileDelete,
    /// `file_rename`
    FileRename,
    /// `registry_set`, and `registry_event`, `registry_add`, whose fields are the same
    Registry,
    /// `network_connection`
    NetworkConnection,
    /// `dns_query`
    DnsQuery,
    /// `image_load`
    ImageLoad,
    /// `driver_load`
    DriverLoad,
    /// `create_remote_thread`
    CreateRemoteThread,
    /// `process_access`
    ProcessAccess,
    /// `ps_script`
    PsScript,
    /// `create_stream_hash`
    CreateStreamHash,
    /// `pipe_created`
    PipeCreated,
    /// `wmi_event`
    WmiEvent,
    /// Aside's own: a scheduled task was registered, a service was installed
    /// (`service: taskscheduler` or `system` with `TaskName` or `ServiceName`).
    Registration,
}

impl Category {
    /// How many there are.
    pub const COUNT: usize = Category::Registration as usize + 1;

    /// The category by Sigma's name.
    pub fn named(name: &str) -> Option<Category> {
        Some(match name {
            "process_creation" => Self::ProcessCreation,
            "file_event" | "file_change" => Self::FileEvent,
            "file_access" => Self::FileAccess,
            "file_delete" => Self::FileDelete,
            "file_rename" => Self::FileRename,
            "registry_set" | "registry_event" | "registry_add" => Self::Registry,
            "network_connection" => Self::NetworkConnection,
            "dns_query" => Self::DnsQuery,
            "image_load" => Self::ImageLoad,
            "driver_load" => Self::DriverLoad,
            "create_remote_thread" => Self::CreateRemoteThread,
            "process_access" => Self::ProcessAccess,
            "ps_script" => Self::PsScript,
            "create_stream_hash" => Self::CreateStreamHash,
            "pipe_created" => Self::PipeCreated,
            "wmi_event" => Self::WmiEvent,
            _ => return None,
        })
    }
}

/// The operating system: Sigma's `logsource.product`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// `windows`
    Windows,
    /// `linux`
    Linux,
    /// `macos`
    MacOs,
}

impl Product {
    /// All of them.
    pub const ALL: [Product; 3] = [Product::Windows, Product::Linux, Product::MacOs];

    /// The product by Sigma's name, or by a host's operating system as vendors write it.
    pub fn named(name: &str) -> Option<Product> {
        let name = name.to_ascii_lowercase();
        if name.contains("windows") {
            Some(Self::Windows)
        } else if name.contains("linux") || name == "unix" {
            Some(Self::Linux)
        } else if name.contains("mac") || name.contains("darwin") || name.contains("os x") {
            Some(Self::MacOs)
        } else {
            None
        }
    }
}

/// One value of a field: as it was, and lower-cased once for all comparisons.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    /// Which field.
    pub field: Field,
    /// As it was.
    pub raw: Cow<'a, str>,
    /// ASCII letters lower-cased.
    pub lower: String,
}

/// What rules are matched against: taxonomy fields with one or several values each.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// What kind of event.
    pub category: Category,
    /// On which system; `None` if that is not known: rules of every system apply then.
    pub product: Option<Product>,
    /// The values, in the order in which they were added.
    pub values: Vec<Value<'a>>,
    /// The doer as the evidence writes it, where `Image` was completed from a command line's word.
    pub doer: Option<Cow<'a, str>>,
}

impl<'a> Event<'a> {
    /// An event without values.
    pub fn new(category: Category, product: Option<Product>) -> Self {
        Self {
            category,
            product,
            values: Vec::with_capacity(12),
            doer: None,
        }
    }

    /// Adds a value, unless that field has it already.
    pub fn add(&mut self, field: Field, value: impl Into<Cow<'a, str>>) {
        let raw = value.into();
        if self.of(field).any(|known| known.raw == raw) {
            return;
        }
        let lower = raw.to_ascii_lowercase();
        self.values.push(Value { field, raw, lower });
    }

    /// Adds a value where there is one.
    pub fn add_some(&mut self, field: Field, value: Option<impl Into<Cow<'a, str>>>) {
        if let Some(value) = value {
            self.add(field, value);
        }
    }

    /// The values of one field.
    pub fn of(&self, field: Field) -> impl Iterator<Item = &Value<'a>> {
        self.values.iter().filter(move |value| value.field == field)
    }

    /// The first value of a field, as it was.
    pub fn first(&self, field: Field) -> Option<&str> {
        self.of(field).next().map(|value| value.raw.as_ref())
    }
}

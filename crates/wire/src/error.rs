//! The body of every error of the Merchant API.

use crate::shape::Violation;
use serde::{Serialize, Serializer};

/// The status of a request whose body has faults.
pub const UNPROCESSABLE: u16 = 422;

/// The message where several things are wrong at once.
const SEVERAL: &str = "The request has several errors, see extended_message";

/// An error body. Clients rely on all four keys being there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// The status of the response, again.
    pub http_status_code: u16,
    /// English, for people; programs must not read it.
    pub message: String,
    /// What is wrong where, if the request body is at fault.
    pub extended_message: Option<Extended>,
    /// Names the request in the logs.
    pub request_id: String,
}

/// What is wrong where.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Extended {
    /// Faults that belong to no property.
    pub global_errors: Vec<String>,
    /// Faults by path, in the order they were found.
    #[serde(serialize_with = "as_map")]
    pub property_errors: Vec<(String, Vec<String>)>,
}

fn as_map<S: Serializer>(entries: &[(String, Vec<String>)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(entries.iter().map(|(path, texts)| (path, texts)))
}

impl ErrorBody {
    /// An error that says all in its message.
    pub fn new(status: u16, message: impl Into<String>, request_id: impl Into<String>) -> Self {
        ErrorBody {
            http_status_code: status,
            message: message.into(),
            extended_message: None,
            request_id: request_id.into(),
        }
    }

    /// The error for a body with faults.
    pub fn from_violations(violations: &[Violation], request_id: impl Into<String>) -> Self {
        let mut extended = Extended::default();
        for v in violations {
            match extended.property_errors.iter_mut().find(|(path, _)| *path == v.path) {
                Some((_, texts)) => texts.push(v.text.clone()),
                None => extended.property_errors.push((v.path.clone(), vec![v.text.clone()])),
            }
        }
        let message = match violations {
            [one] => one.text.as_str(),
            _ => SEVERAL,
        };
        let mut body = ErrorBody::new(UNPROCESSABLE, message, request_id);
        body.extended_message = Some(extended);
        body
    }

    /// The body as it is sent.
    pub fn to_json(&self) -> String {
        // Strings and a number in structs: there is nothing in it that JSON
        // could not express.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_keys_in_order() {
        assert_eq!(
            ErrorBody::new(404, "Project not found", "6445b85").to_json(),
            r#"{"http_status_code":404,"message":"Project not found","extended_message":null,"request_id":"6445b85"}"#
        );
    }

    #[test]
    fn one_fault_is_the_message() {
        let v = [Violation::new("settings.project_id", "string value found, but an integer is required")];
        assert_eq!(
            ErrorBody::from_violations(&v, "6445b85").to_json(),
            concat!(
                r#"{"http_status_code":422,"message":"string value found, but an integer is required","#,
                r#""extended_message":{"global_errors":[],"property_errors":{"settings.project_id":"#,
                r#"["string value found, but an integer is required"]}},"request_id":"6445b85"}"#
            )
        );
    }

    #[test]
    fn several_faults_keep_their_order() {
        let v = [Violation::new("z", "1"), Violation::new("", "2"), Violation::new("z", "3")];
        assert_eq!(
            ErrorBody::from_violations(&v, "0000000").to_json(),
            concat!(
                r#"{"http_status_code":422,"message":"The request has several errors, see extended_message","#,
                r#""extended_message":{"global_errors":[],"property_errors":{"z":["1","3"],"":["2"]}},"#,
                r#""request_id":"0000000"}"#
            )
        );
        assert!(ErrorBody::from_violations(&[], "0").to_json().contains(r#""property_errors":{}"#));
    }
}

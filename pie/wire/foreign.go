package wire

import "errors"

// Foreign says that no server of any generation sends such a frame, or anything like it: it is no message, or has no
// type. A type that nobody knows is not foreign: it may be of a generation to come.
func Foreign(frame []byte, text bool) bool {
	var e Event
	if text { // only gateways send those
		return foreign(hearTurn(frame, &e))
	}
	for _, d := range generations {
		if !foreign(d.DecodeEvent(frame, false, &e)) {
			return false
		}
	}
	return true
}

func foreign(err error) bool {
	var unknown *UnknownError
	return err != nil && !(errors.As(err, &unknown) && unknown.Type != "")
}
